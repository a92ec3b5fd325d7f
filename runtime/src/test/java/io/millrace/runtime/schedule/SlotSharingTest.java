package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.SlotSharing.Offer;
import io.millrace.runtime.schedule.SlotSharing.SharedSlot;
import io.millrace.runtime.schedule.SlotSharing.SubtaskId;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SlotSharingTest {

    private static JobVertex vertex(int id, int parallelism, String group) {
        return new JobVertex(
                id, "v" + id, parallelism, 128, group, new byte[0], List.of(), List.of());
    }

    private static List<SharedSlot> slots(JobVertex... vertices) {
        return SlotSharing.slotsOf(
                new JobGraph("j", "job", List.of(vertices), List.of(), Map.of()));
    }

    @Test
    void shouldNeedAsManySlotsAsTheWidestVertexHasSubtasks() {
        List<SharedSlot> slots = slots(vertex(0, 2, "default"), vertex(1, 3, "default"));

        assertThat(slots).hasSize(3);
        assertThat(slots.get(0).subtasks())
                .containsExactly(new SubtaskId(0, 0), new SubtaskId(1, 0));
        assertThat(slots.get(2).subtasks()).containsExactly(new SubtaskId(1, 2));
    }

    @Test
    void shouldNotShareAcrossGroups() {
        List<SharedSlot> slots = slots(vertex(0, 2, "a"), vertex(1, 1, "b"), vertex(2, 1, "a"));

        assertThat(slots).extracting(SharedSlot::group).containsExactly("a", "a", "b");
        assertThat(slots).extracting(SharedSlot::index).containsExactly(0, 1, 2);
        assertThat(slots.get(0).subtasks())
                .containsExactly(new SubtaskId(0, 0), new SubtaskId(2, 0));
    }

    @Test
    void shouldSpreadSlotsEvenlyInARow() {
        List<SharedSlot> slots = slots(vertex(0, 5, "default"));

        assertThat(
                        SlotSharing.assign(
                                slots, List.of(new Offer("w1", 4), new Offer("w2", 4)), List.of()))
                .containsExactly(
                        new WorkerSlot("w1", 0),
                        new WorkerSlot("w1", 1),
                        new WorkerSlot("w1", 2),
                        new WorkerSlot("w2", 0),
                        new WorkerSlot("w2", 1));
    }

    @Test
    void shouldAssignNothingWhenOffersDoNotSuffice() {
        assertThat(
                        SlotSharing.assign(
                                slots(vertex(0, 3, "default")),
                                List.of(new Offer("w", 2)),
                                List.of()))
                .isEmpty();
    }

    @Property
    void shouldUseEachSlotOfAWorkerAtMostOnce(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 40) int needed) {
        List<Offer> offers = new ArrayList<>();
        for (int size : sizes) {
            offers.add(new Offer("w" + offers.size(), size));
        }
        int offered = sizes.stream().mapToInt(Integer::intValue).sum();
        List<WorkerSlot> assigned =
                SlotSharing.assign(slots(vertex(0, needed, "default")), offers, List.of());

        assertThat(assigned).hasSize(offered < needed ? 0 : needed);
        assertThat(new HashSet<>(assigned)).hasSameSizeAs(assigned);
        for (WorkerSlot slot : assigned) {
            int worker = Integer.parseInt(slot.workerId().substring(1));
            assertThat(slot.slot()).isBetween(0, sizes.get(worker) - 1);
        }
    }
}

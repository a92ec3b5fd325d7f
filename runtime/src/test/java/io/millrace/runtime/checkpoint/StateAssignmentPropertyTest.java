package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StateAssignmentPropertyTest {
    private static final int GROUPS = 60;

    private static CheckpointMetadata metadata(List<Integer> elements, Kind kind) {
        int parallelism = elements.size();
        List<WorkerFile> files = new ArrayList<>();
        List<Subtask> subtasks = new ArrayList<>();
        for (int s = 0; s < parallelism; s++) {
            files.add(new WorkerFile("w" + s, 1, 1));
            KeyGroupRange range = KeyGroupRange.of(s, GROUPS, parallelism);
            subtasks.add(
                    new Subtask(
                            false,
                            s,
                            List.of(
                                    new OperatorState(
                                            "uid",
                                            List.of(
                                                    new StatePart(
                                                            kind,
                                                            "state",
                                                            "t",
                                                            elements.get(s),
                                                            range.first(),
                                                            range.last(),
                                                            0,
                                                            0,
                                                            0))))));
        }
        return new CheckpointMetadata(
                1,
                1,
                "job",
                "job",
                1,
                files,
                List.of(new Vertex(0, "v", parallelism, GROUPS, subtasks)));
    }

    private static List<Slice> slices(CheckpointMetadata metadata, int subtask, int parallelism) {
        return new StateAssignment(metadata, new CheckpointFolder("/c"))
                .of(
                        new JobVertex(
                                3,
                                "v",
                                parallelism,
                                GROUPS,
                                "default",
                                new byte[0],
                                List.of(),
                                List.of(),
                                List.of(new JobVertex.Operator("uid", "o", "Long", false))),
                        subtask)
                .slices("uid");
    }

    @Property
    void shouldGiveEachElementOfASplitListToOneSubtask(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 20) Integer> elements,
            @ForAll @IntRange(min = 1, max = 9) int parallelism) {
        CheckpointMetadata metadata = metadata(elements, Kind.SPLIT_LIST);
        Map<String, Integer> seen = new TreeMap<>();
        int total = elements.stream().mapToInt(Integer::intValue).sum();
        for (int s = 0; s < parallelism; s++) {
            int own = 0;
            for (Slice slice : slices(metadata, s, parallelism)) {
                for (int e = slice.from(); e < slice.to(); e++) {
                    seen.merge(slice.file().name() + "/" + e, 1, Integer::sum);
                    own++;
                }
            }
            if (parallelism != elements.size()) {
                assertThat(own).isBetween(total / parallelism, total / parallelism + 1);
            } else {
                assertThat(own).isEqualTo(elements.get(s));
            }
        }
        assertThat(seen).hasSize(total);
        assertThat(seen.values()).allMatch(times -> times == 1);
    }

    @Property
    void shouldGiveAllElementsOfAUnionListToEachSubtask(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 20) Integer> elements,
            @ForAll @IntRange(min = 1, max = 9) int parallelism) {
        CheckpointMetadata metadata = metadata(elements, Kind.UNION_LIST);
        int total = elements.stream().mapToInt(Integer::intValue).sum();
        for (int s = 0; s < parallelism; s++) {
            assertThat(
                            slices(metadata, s, parallelism).stream()
                                    .mapToInt(x -> x.to() - x.from())
                                    .sum())
                    .isEqualTo(total);
        }
    }

    @Property
    void shouldGiveEachKeyGroupToTheSubtaskThatItsRecordsGoTo(
            @ForAll @IntRange(min = 1, max = 9) int before,
            @ForAll @IntRange(min = 1, max = 9) int after) {
        CheckpointMetadata metadata =
                metadata(java.util.Collections.nCopies(before, 0), Kind.KEYED);
        int groups = 0;
        for (int s = 0; s < after; s++) {
            for (Slice slice : slices(metadata, s, after)) {
                for (int group = slice.from(); group < slice.to(); group++) {
                    assertThat(KeyGroups.subtask(group, GROUPS, after)).isEqualTo(s);
                    assertThat(slice.file().name())
                            .isEqualTo("w" + KeyGroups.subtask(group, GROUPS, before));
                    groups++;
                }
            }
        }
        assertThat(groups).isEqualTo(GROUPS);
    }

    @Property
    void shouldGiveABroadcastStateOnceToEachSubtask(
            @ForAll @IntRange(min = 1, max = 9) int before,
            @ForAll @IntRange(min = 1, max = 9) int after) {
        CheckpointMetadata metadata =
                metadata(java.util.Collections.nCopies(before, 3), Kind.BROADCAST);
        for (int s = 0; s < after; s++) {
            assertThat(slices(metadata, s, after)).hasSize(1);
        }
    }
}

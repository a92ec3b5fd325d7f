package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.ExecutionGraph.Adopted;
import io.millrace.runtime.schedule.SlotSharing.Offer;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskMetrics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecutionGraphTest {
    private static final List<Offer> OFFERS = List.of(new Offer("w1", 1), new Offer("w2", 1));

    private static JobVertex vertex(int id) {
        return new JobVertex(id, "v" + id, 2, 128, "default", new byte[0], List.of(), List.of());
    }

    private static JobEdge edge(int id, int source, int target) {
        return new JobEdge(id, source, target, 0, JobEdge.Pattern.ALL_TO_ALL, "HASH");
    }

    /** Vertices 0 and 3 are connected over 2; 1 is alone. */
    private static ExecutionGraph graph(int epoch) {
        return new ExecutionGraph(
                new JobGraph(
                        "job",
                        "name",
                        List.of(vertex(0), vertex(1), vertex(2), vertex(3)),
                        List.of(edge(0, 3, 2), edge(1, 0, 2)),
                        Map.of()),
                "app",
                epoch);
    }

    private static AttemptId attempt(int vertex, int subtask, int epoch, int counter) {
        return new AttemptId("job", vertex, subtask, epoch, counter);
    }

    @Test
    void shouldFindTheConnectedPartsOfItsGraph() {
        ExecutionGraph graph = graph(1);

        assertThat(graph.regions())
                .extracting(region -> region.vertices().stream().map(JobVertex::id).toList())
                .containsExactly(List.of(0, 2, 3), List.of(1));
        assertThat(graph.regionOf(3)).isSameAs(graph.regions().get(0));
        assertThat(graph.regionOf(new AttemptId("another", 3, 0, 1, 1))).isNull();
    }

    @Test
    void shouldGiveEachStartAGenerationAndARunOfItsOwn() {
        ExecutionGraph graph = graph(2);
        Map<Integer, WorkerSlot> slots = graph.assign(graph.regions(), OFFERS);
        graph.start(graph.regions().get(0), slots, 0);
        graph.start(graph.regions().get(1), slots, 0);

        assertThat(graph.run(graph.regions().get(0))).isEqualTo("app-2-0");
        assertThat(graph.run(graph.regions().get(1))).isEqualTo("app-2-1");
        assertThat(graph.executionsOf(1))
                .extracting(Execution::attempt)
                .containsExactly(attempt(1, 0, 2, 2), attempt(1, 1, 2, 2));
        assertThatThrownBy(() -> graph.start(graph.regions().get(1), slots, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2.2 may still run");
    }

    @Test
    void shouldLeaveSlotsThatOtherRegionsUseWhereTheyAre() {
        ExecutionGraph graph = graph(1);
        Region stays = graph.regions().get(0);
        Region moves = graph.regions().get(1);
        Map<Integer, WorkerSlot> first = graph.assign(graph.regions(), OFFERS);
        graph.start(stays, first, 0);

        Map<Integer, WorkerSlot> second =
                graph.assign(
                        List.of(moves), List.of(new Offer("w3", 4), OFFERS.get(1), OFFERS.get(0)));

        assertThat(second).isEqualTo(first);
    }

    @Test
    void shouldAssignNothingWhenSlotsDoNotSuffice() {
        ExecutionGraph graph = graph(1);

        assertThat(graph.assign(graph.regions(), OFFERS.subList(0, 1))).isEmpty();
    }

    @Test
    void shouldTakeAttemptsOfAnotherMasterForItsOwn() {
        ExecutionGraph graph = graph(2);
        Region region = graph.regions().get(1);
        WorkerSlot slot = new WorkerSlot("w1", 0);
        graph.adopt(
                region,
                new Generation(1, 5),
                List.of(
                        new Adopted(
                                attempt(1, 0, 1, 5),
                                slot,
                                Execution.State.RUNNING,
                                SubtaskMetrics.NONE),
                        new Adopted(
                                attempt(1, 1, 1, 5),
                                slot,
                                Execution.State.FINISHED,
                                SubtaskMetrics.NONE)),
                0);

        assertThat(graph.run(region)).isEqualTo("app-1-4");
        assertThat(graph.find(attempt(1, 0, 1, 5)).slot()).isEqualTo(slot);
        assertThat(region.isStarted()).isTrue();
        assertThat(region.isFinished()).isFalse();
        graph.find(attempt(1, 0, 1, 5)).become(Execution.State.FINISHED, 1);
        assertThat(region.isFinished()).isTrue();
    }
}

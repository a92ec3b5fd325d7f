package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.InFlight;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelAssignmentTest {
    private static final String EDGE = "a -> b";

    private static JobGraph graph(int writers, int readers, String partitioning) {
        return new JobGraph(
                "job",
                "job",
                List.of(vertex(0, writers), vertex(1, readers)),
                List.of(new JobEdge(0, 0, 1, 0, JobEdge.Pattern.ALL_TO_ALL, partitioning, EDGE)),
                Map.of());
    }

    private static JobVertex vertex(int id, int parallelism) {
        return new JobVertex(
                id, "v" + id, parallelism, 128, "g", new byte[0], List.of(), List.of());
    }

    private static StatePart part(Kind kind, int writer, int reader, int peers) {
        return new StatePart(kind, EDGE, "type", peers, writer, reader, 0, 1, 0);
    }

    /** Something lay at both ends of each channel. */
    private static CheckpointMetadata metadata(int writers, int readers) {
        List<Subtask> writing = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            List<StatePart> parts = new ArrayList<>();
            for (int r = 0; r < readers; r++) {
                parts.add(part(Kind.UNSENT, w, r, readers));
            }
            writing.add(new Subtask(false, 0, List.of(new OperatorState("a", parts))));
        }
        List<Subtask> reading = new ArrayList<>();
        for (int r = 0; r < readers; r++) {
            List<StatePart> parts = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                parts.add(part(Kind.RECEIVED, w, r, writers));
            }
            reading.add(new Subtask(false, 0, List.of(new OperatorState("b", parts))));
        }
        return new CheckpointMetadata(
                1,
                1,
                "job",
                "job",
                7,
                List.of(new WorkerFile("f", 1, 0)),
                List.of(
                        new Vertex(0, "v0", writers, 128, writing),
                        new Vertex(1, "v1", readers, 128, reading)));
    }

    private static List<Slice> channels(JobGraph graph, CheckpointMetadata from, int subtask) {
        List<InFlight> edges = new ChannelAssignment(from).of(graph, 1, subtask);
        assertThat(edges).hasSize(1);
        return edges.get(0).channels();
    }

    @Test
    void shouldGiveEachChannelToItsReaderReceivedBeforeUnsent() {
        for (int r = 0; r < 3; r++) {
            int reader = r;
            List<Slice> channels = channels(graph(2, 3, "HASH"), metadata(2, 3), r);
            assertThat(channels)
                    .extracting(slice -> slice.part().kind())
                    .containsExactly(Kind.RECEIVED, Kind.RECEIVED, Kind.UNSENT, Kind.UNSENT);
            assertThat(channels).allMatch(slice -> slice.part().lastGroup() == reader);
        }
    }

    @Test
    void shouldGiveAllChannelsOfAKeyedEdgeToAllReadersWhenTheirNumberChanges() {
        for (int r = 0; r < 5; r++) {
            assertThat(channels(graph(2, 5, "HASH"), metadata(2, 3), r)).hasSize(12);
        }
    }

    @Test
    void shouldGiveEachChannelOfAnotherEdgeToOneReaderWhenTheirNumberChanges() {
        List<Slice> all = new ArrayList<>();
        for (int r = 0; r < 2; r++) {
            all.addAll(channels(graph(2, 2, "REBALANCE"), metadata(2, 3), r));
        }
        assertThat(all).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void shouldKeepChannelsWithTheirReadersWhenOnlyTheNumberOfWritersChanges() {
        assertThat(channels(graph(4, 3, "REBALANCE"), metadata(2, 3), 1))
                .hasSize(4)
                .allMatch(slice -> slice.part().lastGroup() == 1);
    }

    @Test
    void shouldNameEdgesThatTheJobDoesNotHave() {
        JobGraph other = new JobGraph("job", "job", List.of(vertex(0, 2)), List.of(), Map.of());

        assertThat(ChannelAssignment.unread(metadata(2, 3), other)).containsExactly(EDGE);
        assertThat(ChannelAssignment.unread(metadata(2, 3), graph(1, 1, "HASH"))).isEmpty();
    }
}

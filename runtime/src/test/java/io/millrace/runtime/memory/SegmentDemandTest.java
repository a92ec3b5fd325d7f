package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SegmentDemandTest {
    private static JobGraph job(int writers, int readers, JobEdge.Pattern pattern) {
        return new JobGraph(
                "0".repeat(32),
                "words",
                List.of(vertex(0, writers), vertex(1, readers)),
                List.of(new JobEdge(0, 0, 1, 0, pattern, "HASH")),
                Map.of());
    }

    private static JobVertex vertex(int id, int parallelism) {
        return new JobVertex(
                id, "v" + id, parallelism, 128, "default", new byte[0], List.of(), List.of());
    }

    @Test
    void shouldCountAsFlinkDoesForOnePartitionAndOneGate() {
        assertThat(SegmentDemand.partitionMinimum(100)).isEqualTo(101);
        assertThat(SegmentDemand.partitionMaximum(100)).isEqualTo(208);
        assertThat(SegmentDemand.gateMinimum(100, 2, 8)).isEqualTo(201);
        assertThat(SegmentDemand.gateMaximum(100, 2, 8)).isEqualTo(208);
        assertThat(SegmentDemand.gateMinimum(0, 2, 8)).isZero();
        assertThat(SegmentDemand.gateMinimum(1, 1, 0)).isEqualTo(1);
    }

    @Test
    void shouldCountOnlyChannelsToOtherWorkersWhenEachTalksToEach() {
        // 2 writers and 2 readers here, each with 2 others elsewhere
        JobGraph job = job(4, 4, JobEdge.Pattern.ALL_TO_ALL);
        assertThat(SegmentDemand.requiredOnOneWorker(job, 2, 2)).isEqualTo(2 * 3 + 2 * 5);
        assertThat(SegmentDemand.requiredOnOneWorker(job, 4, 1)).isZero();
        assertThat(SegmentDemand.requiredOnOneWorker(job, 1, 4)).isEqualTo(4 + 7);
    }

    @Test
    void shouldCountOneChannelWhenEdgeIsForward() {
        JobGraph job = job(4, 4, JobEdge.Pattern.POINTWISE);
        assertThat(SegmentDemand.requiredOnOneWorker(job, 1, 4)).isEqualTo(2 + 3);
    }

    @Test
    void shouldRefuseWithNumberToSetWhenJobDoesNotFit() {
        JobGraph job = job(1000, 1000, JobEdge.Pattern.ALL_TO_ALL);
        assertThat(SegmentDemand.refusal(job, 4, 250, 64 << 20, 32 << 10))
                .isEqualTo(
                        "Network memory of 64 MiB holds 2048 buffers of 32 KiB; job 'words' on 250"
                                + " workers with 4 slots needs 11960 on each: set"
                                + " taskmanager.memory.network.min to 374 MiB or more.");
        assertThat(SegmentDemand.refusal(job, 4, 250, 374L << 20, 32 << 10)).isNull();
    }
}

package io.millrace.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.transform.ChainingStrategy;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.graph.ProgramFixture.Stream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobGraphPlannerTest {
    private final ProgramFixture program = new ProgramFixture();

    private JobGraph plan() {
        return plan(true);
    }

    private JobGraph plan(boolean chaining) {
        StreamGraph graph = StreamGraphPlanner.plan(program.pipeline(), 4);
        return JobGraphPlanner.plan(
                graph,
                new JobGraphPlanner.Settings("0".repeat(32), chaining, false, true, Map.of()));
    }

    private static List<String> names(JobGraph graph) {
        return graph.vertices().stream().map(JobVertex::name).toList();
    }

    @Test
    void shouldChainOperatorsThatForwardToEachOther() {
        program.sequence("numbers").map("double").map("again").print("out");

        JobGraph graph = plan();

        assertThat(names(graph)).containsExactly("Source: numbers -> double -> again -> Sink: out");
        assertThat(graph.edges()).isEmpty();
        assertThat(graph.vertex(0).parallelism()).isEqualTo(4);
        assertThat(graph.vertex(0).maxParallelism()).isEqualTo(128);
    }

    @Test
    void shouldBreakChainsAtAKeyBy() {
        program.sequence("numbers").keyBy().map("count").print("out");

        JobGraph graph = plan();

        assertThat(names(graph)).containsExactly("Source: numbers", "count -> Sink: out");
        assertThat(graph.edges())
                .containsExactly(
                        new JobEdge(0, 0, 1, 0, JobEdge.Pattern.ALL_TO_ALL, "HASH", "#0 -> #1"));
    }

    @Test
    void shouldRebalanceBetweenDifferentParallelisms() {
        program.elements("some").map("double").print("out");

        JobGraph graph = plan();

        assertThat(names(graph)).containsExactly("Source: some", "double -> Sink: out");
        assertThat(graph.vertex(0).parallelism()).isEqualTo(1);
        assertThat(graph.edges().get(0).partitioning()).isEqualTo("REBALANCE");
    }

    @Test
    void shouldNotChainWhatAskedNotToBe() {
        Stream map = program.sequence("numbers").map("alone");
        map.transformation().setChaining(ChainingStrategy.NEVER);
        map.print("out");

        assertThat(names(plan())).containsExactly("Source: numbers", "alone", "Sink: out");
    }

    @Test
    void shouldBeginANewChainAtAHead() {
        Stream map = program.sequence("numbers").map("head");
        map.transformation().setChaining(ChainingStrategy.HEAD);
        map.print("out");

        assertThat(names(plan())).containsExactly("Source: numbers", "head -> Sink: out");
    }

    @Test
    void shouldChainNothingWhenChainingIsOff() {
        program.sequence("numbers").map("double").print("out");

        assertThat(names(plan(false))).containsExactly("Source: numbers", "double", "Sink: out");
    }

    @Test
    void shouldSplitAChainOverSlotSharingGroups() {
        Stream map = program.sequence("numbers").map("apart");
        map.transformation().setSlotSharingGroup("g");
        map.print("out");

        JobGraph graph = plan();

        assertThat(names(graph)).containsExactly("Source: numbers", "apart -> Sink: out");
        assertThat(graph.vertex(1).slotSharingGroup()).isEqualTo("g");
    }

    @Test
    void shouldShowBranchesInTheNameOfAChain() {
        Stream numbers = program.sequence("numbers");
        numbers.map("a").print("left");
        numbers.map("b").print("right");

        assertThat(names(plan()))
                .containsExactly("Source: numbers -> (a -> Sink: left, b -> Sink: right)");
    }

    @Test
    void shouldFeedAnOperatorFromAllStreamsOfAUnion() {
        Stream a = program.sequence("a");
        Stream b = program.sequence("b");
        a.union(b).map("both").print("out");

        JobGraph graph = plan();

        assertThat(names(graph)).containsExactly("Source: a", "Source: b", "both -> Sink: out");
        assertThat(graph.inputsOf(2))
                .hasSize(2)
                .allSatisfy(e -> assertThat(e.partitioning()).isEqualTo("FORWARD"));
    }

    @Test
    void shouldKeepBothEdgesOfAStreamThatIsUnitedWithItself() {
        Stream a = program.sequence("a");
        a.union(a).map("both").print("out");

        assertThat(plan().edges()).hasSize(2);
    }

    @Test
    void shouldRefuseForwardBetweenDifferentParallelisms() {
        Stream map = program.sequence("numbers").forward().map("double");
        map.transformation().setParallelism(3);
        map.print("out");

        assertThatThrownBy(this::plan)
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'Source: numbers' (parallelism 4)")
                .hasMessageContaining("rebalance()");
    }

    @Test
    void shouldRefuseAMaximumBelowTheParallelism() {
        Stream map = program.sequence("numbers").map("double");
        map.transformation().setMaxParallelism(2);
        map.print("out");

        assertThatThrownBy(this::plan)
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("'double' is 2")
                .hasMessageContaining("pipeline.max-parallelism");
    }

    @Test
    void shouldRefuseOneUidForTwoOperators() {
        Stream a = program.sequence("a");
        a.transformation().setUid("x");
        Stream b = a.map("b");
        b.transformation().setUid("x");
        b.print("out");

        assertThatThrownBy(this::plan).hasMessageContaining("'Source: a' and 'b'");
    }

    @Test
    void shouldRefuseASourceFunctionInBatchMode() {
        program.function("endless").print("out");
        program.mode = RuntimeExecutionMode.BATCH;

        assertThatThrownBy(this::plan).hasMessageContaining("source 'endless' may never end");
    }

    @Test
    void shouldDecideTheModeBySourcesWhenItIsAutomatic() {
        program.mode = RuntimeExecutionMode.AUTOMATIC;
        program.sequence("numbers").print("out");
        assertThat(StreamGraphPlanner.plan(program.pipeline(), 1).mode())
                .isEqualTo(RuntimeExecutionMode.BATCH);
        program.function("endless").print("out");
        assertThat(StreamGraphPlanner.plan(program.pipeline(), 1).mode())
                .isEqualTo(RuntimeExecutionMode.STREAMING);
    }

    @Test
    void shouldConnectEveryPairOfSubtasksExactlyOnceInRescale() {
        JobEdge edge = new JobEdge(0, 0, 1, 0, JobEdge.Pattern.POINTWISE, "RESCALE");
        for (int writers = 1; writers < 12; writers++) {
            for (int readers = 1; readers < 12; readers++) {
                int[] perReader = new int[readers];
                for (int w = 0; w < writers; w++) {
                    int from = edge.firstReader(w, writers, readers);
                    int end = edge.endReader(w, writers, readers);
                    assertThat(end).as("%d x %d", writers, readers).isGreaterThan(from);
                    for (int r = 0; r < readers; r++) {
                        boolean connected = edge.connects(w, writers, r, readers);
                        assertThat(connected).isEqualTo(r >= from && r < end);
                        perReader[r] += connected ? 1 : 0;
                    }
                }
                for (int count : perReader) {
                    assertThat(count)
                            .as("%d writers, %d readers", writers, readers)
                            .isBetween(
                                    Math.max(1, writers / readers),
                                    (writers + readers - 1) / readers);
                }
            }
        }
    }

    @Test
    void shouldShowThePlanAsJson() {
        program.sequence("numbers").keyBy().map("count").print("out");

        String json = new JobPlanner(ParsedConfiguration.empty(), 4).explain(program.pipeline());

        assertThat(json)
                .contains(
                        "\"ship_strategy\" : \"HASH\"",
                        "\"pact\" : \"Data Source\"",
                        "\"parallelism\" : 4",
                        "\"hand_over\" : \"by reference within a worker, else serialized\"",
                        "\"hand_over\" : \"chained, by reference\"");
    }
}

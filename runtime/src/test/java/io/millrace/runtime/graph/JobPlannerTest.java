package io.millrace.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.InvalidProgramException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobPlannerTest {
    private static final String ID = "0".repeat(32);
    private final ProgramFixture program = new ProgramFixture();

    private static JobPlanner planner(Map<String, String> options) {
        return new JobPlanner(ParsedConfiguration.of(Configuration.fromMap(options)), 1);
    }

    @Test
    void shouldRefuseAJobWhoseExchangeNeedsMoreBuffersThanAWorkerHas() {
        program.sequence("numbers").keyBy().map("count").print("out");
        JobPlanner planner =
                planner(
                        Map.of(
                                "parallelism.default", "4000",
                                "taskmanager.memory.process.size", "1728m"));

        assertThatThrownBy(() -> planner.clusterJobGraph(program.pipeline(), ID))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Network memory of 128 MiB holds 4096 buffers")
                .hasMessageContaining("taskmanager.memory.network.min");
    }

    @Test
    void shouldLetAJobThatFitsPass() {
        program.sequence("numbers").keyBy().map("count").print("out");
        JobPlanner planner =
                planner(
                        Map.of(
                                "parallelism.default", "100",
                                "taskmanager.memory.process.size", "1728m"));

        assertThat(planner.clusterJobGraph(program.pipeline(), ID).vertex(0).parallelism())
                .isEqualTo(100);
    }

    @Test
    void shouldPreferTheProgramsParallelismToTheLaunchers() {
        program.sequence("numbers").print("out");
        program.parallelism = 3;

        assertThat(
                        planner(Map.of("parallelism.default", "7"))
                                .jobGraph(program.pipeline(), ID)
                                .vertex(0)
                                .parallelism())
                .isEqualTo(3);
    }
}

package io.millrace.api.ported;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.ExecutorContext;
import io.millrace.api.RecordingExecutor;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.transform.Transformation;
import org.junit.jupiter.api.Test;

/** Programs whose imports are all that was changed when they were ported build their trees. */
class PortedProgramsTest {
    private interface Main {
        void run(String[] args) throws Exception;
    }

    @Test
    void shouldBuildWordCount() throws Exception {
        Pipeline pipeline = build(WordCount::main, "--input", "hdfs:///in", "--output", "/out");
        assertThat(pipeline.jobName()).isEqualTo("Streaming WordCount");
        assertThat(names(pipeline)).containsExactly("Text File Sink");
        assertThat(pipeline.leaves().get(0).outputType()).hasToString("Tuple2<String, Integer>");
        assertThat(names(build(WordCount::main))).containsExactly("Print to Std. Out");
    }

    @Test
    void shouldBuildWordCountWithLambdas() throws Exception {
        Pipeline pipeline = build(LambdaWordCount::main);
        assertThat(pipeline.mode()).isEqualTo(RuntimeExecutionMode.BATCH);
        assertThat(pipeline.parallelism()).isEqualTo(2);
        assertThat(pipeline.leaves().get(0).parallelism()).isEqualTo(1);
        assertThat(pipeline.leaves().get(0).outputType()).hasToString("String");
    }

    @Test
    void shouldBuildSensorAlerts() throws Exception {
        Pipeline pipeline = build(SensorAlerts::main, "--factor", "0.5");
        assertThat(names(pipeline)).containsExactly("alerts", "Unnamed", "Print to Std. Out");
        assertThat(pipeline.configuration().getString("pipeline.global-job-parameters", ""))
                .isEqualTo("factor:0.5");
    }

    @Test
    void shouldBuildANewerProgram() throws Exception {
        Pipeline pipeline = build(NewStyle::main);
        assertThat(pipeline.parallelism()).isEqualTo(2);
        assertThat(names(pipeline))
                .containsExactly("Print to Std. Out", "Unnamed", "Print to Std. Err");
        assertThat(pipeline.leaves().get(1).outputType()).hasToString("List<String>");
    }

    private static Pipeline build(Main main, String... args) throws Exception {
        RecordingExecutor executor = new RecordingExecutor();
        try (var scope = ExecutorContext.setForThread(executor)) {
            main.run(args);
        }
        assertThat(executor.executed).hasSize(1);
        return executor.last();
    }

    private static Iterable<String> names(Pipeline pipeline) {
        return pipeline.leaves().stream().map(Transformation::name).toList();
    }
}

package io.millrace.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.ExecutorContext;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.DiscardingSink;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.master.MasterEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProgramExecutorTest {
    private final List<MasterEvent> submitted = new ArrayList<>();

    private ProgramExecutor launchedWith(Map<String, String> options) {
        return new ProgramExecutor(
                ParsedConfiguration.of(Configuration.fromMap(options)),
                submitted::add,
                new CompletableFuture<>());
    }

    private static void run(ProgramExecutor executor, Map<String, String> options)
            throws Exception {
        try (ExecutorContext.Scope scope = ExecutorContext.setForThread(executor)) {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.configure(Configuration.fromMap(options));
            env.fromSequence(1, 10).addSink(new DiscardingSink<>());
            env.executeAsync("sums");
        }
    }

    @Test
    void shouldRefuseAProgramThatSetsABackendWhoseJarsWereNotSentAlong() {
        ProgramExecutor executor = launchedWith(Map.of());

        assertThatThrownBy(() -> run(executor, Map.of("state.backend.type", "rocksdb")))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("Job 'sums'")
                .hasMessageContaining("-D state.backend.type=rocksdb");
        assertThat(submitted).isEmpty();
        assertThat(executor.hasSubmitted()).isFalse();
    }

    @Test
    void shouldTakeAProgramWhoseBackendWasKnownWhenItWasSubmitted() throws Exception {
        run(
                launchedWith(Map.of("state.backend.type", "rocksdb")),
                Map.of("state.backend.type", "rocksdb"));

        assertThat(submitted).hasSize(1);
    }
}

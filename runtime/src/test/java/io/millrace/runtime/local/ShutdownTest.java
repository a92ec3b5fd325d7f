package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.state.TestedBackend;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that are closed in the middle of whatever goes on. */
@Timeout(120)
class ShutdownTest {
    private static final int TRIES = 20;
    private static final Semaphore RECORDS = new Semaphore(0);

    @TempDir Path folder;

    private static final class Counting extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> count;

        @Override
        public void open(Configuration parameters) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
        }

        @Override
        public Long map(Long value) throws Exception {
            Long before = count.value();
            count.update(before == null ? 1 : before + 1);
            return value;
        }
    }

    private static final class Telling implements SinkFunction<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void invoke(Long value, Context context) {
            if (value % 1000 == 0) {
                RECORDS.release();
            }
        }
    }

    private JobGraph endless() throws Exception {
        return CapturedProgram.graph(
                2,
                env -> {
                    Map<String, String> options =
                            new HashMap<>(LocalJobs.checkpoints(folder, "1 ms"));
                    options.put("execution.checkpointing.min-pause", "0 ms");
                    options.put("execution.checkpointing.max-concurrent-checkpoints", "3");
                    options.put("state.backend.type", TestedBackend.name());
                    env.configure(Configuration.fromMap(options));
                    env.fromSequence(0, Long.MAX_VALUE - 1)
                            .keyBy(i -> i % 5000)
                            .map(new Counting())
                            .returns(Long.class)
                            .addSink(new Telling());
                });
    }

    @Test
    void shouldGiveAllMemoryBackWhenItIsClosedInTheMiddleOfACheckpoint() throws Exception {
        for (int i = 0; i < TRIES; i++) {
            LocalCluster cluster = LocalJobs.cluster(1, 2);
            try (cluster) {
                cluster.run(endless());
                RECORDS.drainPermits();
                RECORDS.acquire(20 + 7 * i);
            }
            assertThat(cluster.leaks()).as("try %d", i).isEmpty();
        }
    }
}

package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.JobClient;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.time.Watermark;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How far event time is for jobs that begin from a savepoint. */
@Timeout(120)
class EventTimeFromSavepointTest {
    private static final Map<String, BlockingQueue<Long>> TOLD = new ConcurrentHashMap<>();

    private final String name = "event-time-" + System.identityHashCode(this);

    @TempDir Path folder;

    @BeforeEach
    void remember() {
        TOLD.put(name, new LinkedBlockingQueue<>());
    }

    @AfterEach
    void forget() {
        TOLD.remove(name);
    }

    /** One record; the first job's goes on with a watermark, and waits. */
    private static final class One implements SourceFunction<Long> {
        private static final long serialVersionUID = 1L;
        private final boolean first;
        private volatile boolean running = true;

        One(boolean first) {
            this.first = first;
        }

        @Override
        public void run(SourceContext<Long> context) {
            synchronized (context.getCheckpointLock()) {
                context.collectWithTimestamp(7L, 500);
                if (first) {
                    context.emitWatermark(new Watermark(1000));
                }
            }
            while (first && running) {
                LockSupport.parkNanos(1_000_000);
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /** Tells the watermark with each record. */
    private static final class Telling extends KeyedProcessFunction<Long, Long, Long> {
        private static final long serialVersionUID = 1L;
        private final String name;

        Telling(String name) {
            this.name = name;
        }

        @Override
        public void processElement(Long value, Context context, Collector<Long> out) {
            TOLD.get(name).add(context.timerService().currentWatermark());
        }
    }

    private JobClient start(Map<String, String> options, boolean first, String source)
            throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(
                        first ? 1 : 2, Configuration.fromMap(options));
        env.addSource(new One(first))
                .returns(Long.class)
                .uid(source)
                .keyBy(value -> value)
                .process(new Telling(name))
                .returns(Long.class)
                .uid("telling")
                .addSink(new DiscardingSink<>());
        return env.executeAsync("told");
    }

    private Long told() throws InterruptedException {
        return TOLD.get(name).poll(60, TimeUnit.SECONDS);
    }

    private String savepoint(boolean drain) throws Exception {
        JobClient job = start(Map.of("pipeline.max-parallelism", "8"), true, "source");
        assertThat(told()).isEqualTo(Long.MIN_VALUE);
        String path = job.stopWithSavepoint(drain, folder.toString()).get();
        job.getJobExecutionResult().get();
        return path;
    }

    private Long toldFrom(String savepoint, String source, String option) throws Exception {
        start(
                        Map.of(
                                "pipeline.max-parallelism",
                                "8",
                                "execution.state-recovery.path",
                                savepoint,
                                option,
                                "true"),
                        false,
                        source)
                .getJobExecutionResult()
                .get();
        return told();
    }

    private static final String IGNORE_UNCLAIMED =
            "execution.state-recovery.ignore-unclaimed-state";

    @Test
    void shouldKnowHowFarEventTimeWas() throws Exception {
        assertThat(toldFrom(savepoint(false), "source", IGNORE_UNCLAIMED)).isEqualTo(1000);
    }

    @Test
    void shouldKnowHowFarEventTimeWasBeforeItsEndWhenTheJobWasDrained() throws Exception {
        assertThat(toldFrom(savepoint(true), "source", IGNORE_UNCLAIMED)).isEqualTo(1000);
    }

    @Test
    void shouldBeginEventTimeAnewBehindASourceThatWasNotThere() throws Exception {
        assertThat(toldFrom(savepoint(false), "another", IGNORE_UNCLAIMED))
                .isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void shouldBeginEventTimeAnewWhenTold() throws Exception {
        assertThat(
                        toldFrom(
                                savepoint(false),
                                "source",
                                "execution.state-recovery.reset-event-time"))
                .isEqualTo(Long.MIN_VALUE);
    }
}

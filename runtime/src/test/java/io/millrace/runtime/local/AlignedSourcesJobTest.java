package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.MapFunction;
import io.millrace.api.sink.DiscardingSink;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.source.RateLimiter;
import io.millrace.api.source.RateLimiterStrategy;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs whose sources wait for each other. */
@Timeout(120)
class AlignedSourcesJobTest {
    private static final int NUMBERS = 2000;
    private static final long DRIFT = 100;

    /** How far the two sources of a job are, each with the numbers from 0 on. */
    private static final class Shared {
        private boolean slowBegins = true;
        private long fast = -1;
        private long slow = -1;
        private long greatestLead;
        private int checkpoints;
        private CompletableFuture<Void> moved = new CompletableFuture<>();

        synchronized void letSlowBeginLast() {
            slowBegins = false;
        }

        synchronized void fastAt(long number) {
            fast = number;
            if (slow >= 0 && slow < NUMBERS - 1) {
                greatestLead = Math.max(greatestLead, fast - slow);
            }
            move();
        }

        synchronized void slowAt(long number) {
            slow = number;
            move();
        }

        synchronized void checkpoint() {
            checkpoints++;
            move();
        }

        private void move() {
            CompletableFuture<Void> waiting = moved;
            moved = new CompletableFuture<>();
            waiting.complete(null);
        }

        /** The slow one lets the other get ahead, and in its middle waits for a checkpoint. */
        synchronized boolean maySlowGoOn() {
            boolean fastIsThrough = fast == NUMBERS - 1;
            boolean isHalfway = slow == NUMBERS / 2;
            if (!slowBegins) {
                return fastIsThrough;
            }
            return fastIsThrough
                    || slow < 0
                    || fast >= slow + DRIFT && (!isHalfway || checkpoints >= 2);
        }

        synchronized CompletableFuture<Void> maybeSoon() {
            return maySlowGoOn() ? CompletableFuture.completedFuture(null) : moved;
        }

        synchronized long greatestLead() {
            return greatestLead;
        }

        synchronized String places() {
            return "fast at " + fast + ", slow at " + slow;
        }
    }

    /** Lets the slow source have one number at a time. */
    private record OneAtATime(SharedWithJob<Shared> test) implements RateLimiterStrategy {
        @Override
        public RateLimiter createRateLimiter(int parallelism) {
            Shared shared = test.get();
            return new RateLimiter() {
                @Override
                public int acquire(int most) {
                    return shared.maySlowGoOn() ? 1 : 0;
                }

                @Override
                public CompletableFuture<Void> available() {
                    return shared.maybeSoon();
                }
            };
        }
    }

    /** Lets the fast source have all it wants. */
    private record NoLimit(SharedWithJob<Shared> test) implements RateLimiterStrategy {
        @Override
        public RateLimiter createRateLimiter(int parallelism) {
            Shared shared = test.get();
            return new RateLimiter() {
                @Override
                public int acquire(int most) {
                    return most;
                }

                @Override
                public CompletableFuture<Void> available() {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public void notifyCheckpointComplete(long checkpointId) {
                    shared.checkpoint();
                }
            };
        }
    }

    private record FastAt(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long number) {
            test.get().fastAt(number);
            return number;
        }
    }

    private record SlowAt(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long number) {
            test.get().slowAt(number);
            return number;
        }
    }

    /** A watermark behind each record. */
    private static final class EachNumber implements WatermarkGenerator<Long> {
        @Override
        public void onEvent(Long number, long timestamp, WatermarkOutput output) {
            output.emitWatermark(new Watermark(number));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    private static WatermarkStrategy<Long> aligned() {
        return WatermarkStrategy.<Long>forGenerator(context -> new EachNumber())
                .withTimestampAssigner((number, former) -> number)
                .withWatermarkAlignment("both", Duration.ofMillis(DRIFT), Duration.ofMillis(5));
    }

    private JobGraph graph(WatermarkStrategy<Long> ofFast, WatermarkStrategy<Long> ofSlow)
            throws Exception {
        return CapturedProgram.graph(
                1,
                env -> {
                    env.fromSource(
                                    new DataGeneratorSource<>(
                                            number -> number,
                                            NUMBERS,
                                            new NoLimit(test),
                                            Types.LONG),
                                    ofFast,
                                    "fast")
                            .map(new FastAt(test))
                            .sinkTo(new DiscardingSink<>());
                    env.fromSource(
                                    new DataGeneratorSource<>(
                                            number -> number,
                                            NUMBERS,
                                            new OneAtATime(test),
                                            Types.LONG),
                                    ofSlow,
                                    "slow")
                            .map(new SlowAt(test))
                            .sinkTo(new DiscardingSink<>());
                });
    }

    private JobResult run(JobGraph graph, Map<String, String> more) throws Exception {
        Map<String, String> options = new HashMap<>(graph.configuration());
        options.putAll(more);
        JobGraph configured =
                new JobGraph(
                        graph.jobId(), graph.jobName(), graph.vertices(), graph.edges(), options);
        return LocalJobs.run(2, 1, configured);
    }

    @Test
    void shouldBoundTheLeadOfTheFastSourceAndTakeCheckpointsWhileItRests() throws Exception {
        JobResult result =
                run(
                        graph(aligned(), aligned()),
                        LocalJobs.checkpoints(folder.resolve("checkpoints"), "20 ms"));

        assertThat(result.state()).as(shared.places()).isEqualTo(JobState.FINISHED);
        // one number takes its watermark over the limit
        assertThat(shared.greatestLead()).isBetween(DRIFT, DRIFT + 1);
    }

    @Test
    void shouldNotWaitForASourceThatIsIdle() throws Exception {
        shared.letSlowBeginLast();

        JobResult result =
                run(
                        graph(aligned(), aligned().withIdleness(Duration.ofMillis(10))),
                        Map.of("pipeline.auto-watermark-interval", "5 ms"));

        assertThat(result.state()).as(shared.places()).isEqualTo(JobState.FINISHED);
    }
}

package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.JobClient;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.TwoPhaseCommitSinkFunction;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.source.RateLimiterStrategy;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import io.millrace.runtime.local.TransactionLedger.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs that write into transactions of a system that remembers all of them. */
@Timeout(180)
class TwoPhaseCommitJobTest {
    private static final long RECORDS = 600;
    private static final int RECORDS_A_CHECKPOINT = 60;
    private static final int FAILURES = 5;

    private final TransactionLedger ledger = new TransactionLedger();

    @RegisterExtension final SharedWithJob<TransactionLedger> ofTest = new SharedWithJob<>(ledger);

    @TempDir Path folder;

    /** Writes numbers into transactions of the ledger. */
    private static final class Ledger extends TwoPhaseCommitSinkFunction<Long, String, Integer> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<TransactionLedger> ledger;

        Ledger(SharedWithJob<TransactionLedger> ledger) {
            super(Types.STRING, Types.INT);
            this.ledger = ledger;
        }

        @Override
        protected String beginTransaction() {
            return ledger.get().begin();
        }

        @Override
        protected void invoke(String transaction, Long value, Context context) {
            ledger.get().write(transaction, value);
        }

        @Override
        protected void preCommit(String transaction) {
            ledger.get().prepare(transaction);
        }

        @Override
        protected void commit(String transaction) {
            ledger.get().commit(transaction);
        }

        @Override
        protected void recoverAndCommit(String transaction) {
            ledger.get().recover(transaction);
        }

        @Override
        protected void abort(String transaction) {
            ledger.get().abort(transaction);
        }

        @Override
        protected void finishProcessing(String transaction) {
            ledger.get().finish(transaction);
        }
    }

    /** Every seventh of its snapshots fails, and with it the checkpoint. */
    private static final class SometimesNotSaved
            implements MapFunction<Long, Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger SNAPSHOTS = new AtomicInteger();

        @Override
        public Long map(Long value) {
            return value;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {}

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            if (SNAPSHOTS.incrementAndGet() % 7 == 0) {
                throw new IllegalStateException("no snapshot this time");
            }
        }
    }

    private JobClient start(int parallelism, Map<String, String> more) throws Exception {
        Map<String, String> options =
                LocalJobs.checkpointsAndRestarts(folder.resolve("jobs"), "10 ms");
        options.put("restart-strategy.fixed-delay.attempts", "100");
        options.putAll(more);
        options.values().removeIf(String::isEmpty);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism);
        env.configure(Configuration.fromMap(options));
        env.fromSource(
                        new DataGeneratorSource<>(
                                i -> i,
                                RECORDS,
                                options.containsKey("execution.checkpointing.interval")
                                        ? RateLimiterStrategy.perCheckpoint(RECORDS_A_CHECKPOINT)
                                        : RateLimiterStrategy.noOp(),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .map(new SometimesNotSaved())
                .uid("map")
                .rebalance()
                .addSink(new Ledger(ofTest))
                .uid("ledger");
        return env.executeAsync("two phases");
    }

    private static void await(JobClient job) throws Exception {
        job.getJobExecutionResult().get(60, TimeUnit.SECONDS);
    }

    private void assertEachRecordOnce() {
        assertThat(ledger.violations()).isEmpty();
        assertThat(ledger.visible().stream().sorted().toList())
                .isEqualTo(LongStream.range(0, RECORDS).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCommitEachRecordOnceWhenAStepFails(Step step) throws Exception {
        ledger.failOnceAt(step);
        if (step == Step.BEFORE_RECOVERY || step == Step.AFTER_RECOVERY) {
            ledger.failOnceAt(Step.AFTER_COMMIT); // something to recover from
        }

        await(start(2, Map.of()));

        assertThat(ledger.failures()).as("failures left to come").isEmpty();
        assertEachRecordOnce();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldCommitEachRecordOnceWhenAnyStepsFail(long seed) throws Exception {
        ledger.failAtAnyStep(seed, FAILURES);

        await(start(2, Map.of()));

        assertThat(ledger.failuresHad()).as("failures").isEqualTo(FAILURES);
        assertEachRecordOnce();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldCommitTheRestWithAnotherParallelismBehindASavepoint(int parallelism)
            throws Exception {
        JobClient job = start(2, Map.of());
        ledger.awaitCommits(4);
        String savepoint = retried(() -> job.stopWithSavepoint(false, folder.toString()).get());
        await(job);
        List<Long> before = List.copyOf(ledger.visible());

        await(start(parallelism, Map.of("execution.state-recovery.path", savepoint)));

        assertThat(before).as("committed when the job had stopped").isNotEmpty();
        assertThat(before.size()).isLessThan((int) RECORDS);
        assertEachRecordOnce();
    }

    @Test
    void shouldCommitAllWhenTheJobIsDrained() throws Exception {
        JobClient job = start(2, Map.of());
        ledger.awaitCommits(4);

        retried(() -> job.stopWithSavepoint(true, folder.toString()).get());
        await(job);

        assertThat(ledger.violations()).isEmpty();
        // a drain that fails leaves transactions to nobody; their records come again in others
        assertThat(ledger.visible()).as("visible").containsAll(ledger.written());
        assertThat(ledger.visible()).doesNotHaveDuplicates();
    }

    @Test
    void shouldCommitAtTheEndOfTheInputOfAJobWithoutCheckpoints() throws Exception {
        await(start(2, Map.of("execution.checkpointing.interval", "")));

        assertEachRecordOnce();
    }

    private interface Attempt {
        String make() throws Exception;
    }

    /** Savepoints fail as checkpoints do. */
    private static String retried(Attempt attempt) throws Exception {
        for (int i = 0; ; i++) {
            try {
                return attempt.make();
            } catch (Exception e) {
                if (i == 10) {
                    throw e;
                }
            }
        }
    }
}

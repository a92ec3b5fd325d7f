package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.function.TwoPhaseCommitSinkFunction;
import io.millrace.api.type.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls that a sink function with transactions gets, step by step. */
class TwoPhaseCommitSinkFunctionTest {
    /** Copies of the function run, so what they do is told here. */
    private static final List<String> CALLS = new ArrayList<>();

    private static long nowMillis;
    private static int transactions;
    private static boolean commitFails;

    @BeforeEach
    void forget() {
        CALLS.clear();
        nowMillis = 1000;
        transactions = 0;
        commitFails = false;
    }

    private static final class TestClock extends Clock implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMillis);
        }
    }

    /** Tells all its calls. */
    private static final class Telling extends TwoPhaseCommitSinkFunction<String, String, String> {
        private static final long serialVersionUID = 1L;
        private final boolean hasContext;

        Telling(boolean hasContext) {
            super(Types.STRING, Types.STRING, new TestClock());
            this.hasContext = hasContext;
        }

        Telling withTimeout(long millis) {
            setTransactionTimeout(millis);
            enableTransactionTimeoutWarnings(0.8);
            ignoreFailuresAfterTransactionTimeout();
            return this;
        }

        Telling warnsAt(double ratio) {
            enableTransactionTimeoutWarnings(ratio);
            return this;
        }

        @Override
        protected Optional<String> initializeUserContext() {
            return hasContext ? Optional.of("context") : Optional.empty();
        }

        @Override
        protected String beginTransaction() {
            return tell("begin", "t" + transactions++);
        }

        @Override
        protected void invoke(String transaction, String value, Context context) {
            tell("write " + value, transaction);
        }

        @Override
        protected void preCommit(String transaction) {
            if (nowMillis == 666) {
                throw new IllegalStateException("cannot flush");
            }
            tell("prepare", transaction);
        }

        @Override
        protected void commit(String transaction) {
            if (commitFails) {
                throw new IllegalStateException("cannot commit " + transaction);
            }
            tell("commit", transaction);
        }

        @Override
        protected void recoverAndCommit(String transaction) {
            CALLS.add("again:");
            commit(transaction);
        }

        @Override
        protected void abort(String transaction) {
            tell("abort", transaction);
        }

        @Override
        protected void finishProcessing(String transaction) {
            tell("finish", transaction);
        }

        @Override
        protected void finishRecoveringContext(Collection<String> handled) {
            CALLS.add(getUserContext().orElseThrow() + " has handled " + handled);
        }

        private static String tell(String call, String transaction) {
            CALLS.add(call + " " + transaction);
            return transaction;
        }
    }

    private static OneInputStreamOperatorTestHarness<String, Void> harness(Telling function) {
        return OneInputStreamOperatorTestHarness.ofSink(
                Types.STRING, stream -> stream.addSink(function));
    }

    private static List<String> calls() {
        List<String> calls = List.copyOf(CALLS);
        CALLS.clear();
        return calls;
    }

    @Test
    void shouldCommitWhenTheCheckpointIsCompleteAndCarryWhatAnAbortedOneHad() {
        try (var harness = harness(new Telling(false))) {
            harness.open();
            harness.processElement("a");
            harness.snapshot(1);
            assertThat(calls()).containsExactly("begin t0", "write a t0", "prepare t0", "begin t1");

            harness.notifyOfAbortedCheckpoint(1);
            harness.processElement("b");
            harness.snapshot(2);
            harness.snapshot(3);
            assertThat(calls())
                    .containsExactly(
                            "write b t1", "prepare t1", "begin t2", "prepare t2", "begin t3");

            harness.notifyOfCompletedCheckpoint(2);
            assertThat(calls()).containsExactly("commit t0", "commit t1");
            harness.notifyOfCompletedCheckpoint(2);
            assertThat(calls()).isEmpty();
        }
        assertThat(calls()).as("on closing").containsExactly("abort t3");
    }

    @Test
    void shouldCommitAgainAndAbortAfterAFailure() {
        try (var harness = harness(new Telling(true))) {
            harness.open();
            harness.snapshot(1);
            TaskSnapshot second = harness.snapshot(2);
            calls();

            harness.initializeState(second);

            assertThat(calls())
                    .containsExactly(
                            "again:",
                            "commit t0",
                            "again:",
                            "commit t1",
                            "abort t2",
                            "context has handled [t0, t1, t2]",
                            "begin t3");
        }
    }

    @Test
    void shouldCommitAllWithTheLastCheckpointOfAnInputThatEnds() {
        TaskSnapshot last;
        try (var harness = harness(new Telling(false))) {
            harness.open();
            harness.processElement("a");
            harness.endInput();
            last = harness.snapshot(1);
            harness.notifyOfCompletedCheckpoint(1);
            assertThat(calls())
                    .containsExactly(
                            "begin t0", "write a t0", "finish t0", "prepare t0", "commit t0");
            assertThat(harness.task().hasFinished()).isTrue();
        }
        try (var harness = harness(new Telling(false))) {
            harness.initializeState(last);
            harness.open();
            assertThat(calls()).containsExactly("again:", "commit t0", "begin t1", "abort t1");
        }
    }

    @Test
    void shouldFailTheTaskWhenItCannotPrepare() {
        try (var harness = harness(new Telling(false))) {
            harness.open();
            nowMillis = 666;

            assertThatThrownBy(() -> harness.snapshot(1)).hasMessageContaining("cannot flush");

            assertThatThrownBy(() -> harness.processElement("a"))
                    .isInstanceOf(TaskFailedException.class);
        }
    }

    @Test
    void shouldGiveUpWhatCannotBeCommittedOnlyAfterItsTimeOut() {
        TaskSnapshot snapshot;
        try (var harness = harness(new Telling(false).withTimeout(500))) {
            harness.open();
            snapshot = harness.snapshot(1);
        }
        commitFails = true;

        nowMillis += 500;
        try (var harness = harness(new Telling(false).withTimeout(500))) {
            harness.initializeState(snapshot);
            assertThatThrownBy(harness::open).hasMessageContaining("cannot commit t0");
        }
        nowMillis += 1;
        calls();
        try (var harness = harness(new Telling(false).withTimeout(500))) {
            harness.initializeState(snapshot);
            harness.open();
            assertThat(calls()).containsExactly("again:", "abort t1", "begin t2");
        }
        try (var harness = harness(new Telling(false))) {
            harness.initializeState(snapshot);
            assertThatThrownBy(harness::open).hasMessageContaining("cannot commit t0");
        }
    }

    @Test
    void shouldRefuseTimesAndRatiosThatMakeNoSense() {
        assertThatThrownBy(() -> new Telling(false).withTimeout(-1)).hasMessageContaining("-1 ms");
        assertThatThrownBy(() -> new Telling(false).warnsAt(1.5)).hasMessageContaining("1.5");
    }
}

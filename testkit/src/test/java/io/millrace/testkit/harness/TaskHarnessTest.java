package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.function.MapFunction;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.time.Watermark;
import io.millrace.api.type.Types;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several channels, barriers by hand, the end. */
class TaskHarnessTest {
    /** Counts its records in a list of one element. */
    private static final class Counting
            implements MapFunction<String, String>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private transient ListState<Long> saved;
        private long count;

        @Override
        public String map(String value) {
            return value + " " + ++count;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            if (count == 13) {
                throw new IllegalStateException("not with thirteen");
            }
            saved.update(List.of(count));
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("count", Types.LONG));
            for (long one : saved.get()) {
                count += one;
            }
        }
    }

    private static final TaskProgram COUNTING =
            TaskProgram.of(
                    Types.STRING,
                    (words, outputs) -> outputs.collect("counted", words.map(new Counting())));

    private static StreamRecord<String> record(String value) {
        return new StreamRecord<>(value);
    }

    @Test
    void shouldHoldRecordsBehindTheBarrierBackUntilItHasComeOnAllChannels() {
        TaskProgram program = COUNTING.withChannels(2);
        try (TaskHarness task = program.start()) {
            TaskHarness.Channel one = task.channel(0, 0);
            TaskHarness.Channel other = task.channel(0, 1);
            one.record("a");
            one.barrier(7);
            one.record("behind");
            other.record("b");
            assertThat(task.take("counted")).containsExactly(record("a 1"), record("b 2"));
            assertThat(task.taken(7)).isNull();

            other.barrier(7);

            assertThat(task.take("counted")).containsExactly(record("behind 3"));
            try (TaskHarness again = program.start(task.taken(7))) {
                again.record(0, "c");
                assertThat(again.take("counted")).containsExactly(record("c 3"));
            }
        }
    }

    @Test
    void shouldTakeTheLeastWatermarkOfActiveChannels() {
        try (TaskHarness task = COUNTING.withChannels(2).start()) {
            task.channel(0, 0).watermark(50);
            assertThat(task.take("counted")).isEmpty();
            task.channel(0, 1).watermark(20);
            assertThat(task.take("counted")).containsExactly(new Watermark(20));
            task.channel(0, 1).status(WatermarkStatus.IDLE);
            assertThat(task.take("counted")).containsExactly(new Watermark(50));
        }
    }

    @Test
    void shouldEndWithAFunctionThatThrowsWhileItIsSavedAndBeginAgainFromTheSnapshotBefore() {
        TaskSnapshot before;
        try (TaskHarness task = COUNTING.start()) {
            for (int i = 0; i < 12; i++) {
                task.record(0, "x");
            }
            before = task.snapshot(1);
            task.record(0, "x");
            assertThatThrownBy(() -> task.snapshot(2))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("not with thirteen");
            assertThatThrownBy(() -> task.record(0, "x")).isInstanceOf(TaskFailedException.class);
        }
        try (TaskHarness task = COUNTING.start(before)) {
            task.record(0, "x");
            task.record(0, "x");
            assertThat(task.take("counted"))
                    .containsExactly(new StreamRecord<>("x 13"), new StreamRecord<>("x 14"));
            assertThat(task.snapshot(2).bytes()).isPositive();
        }
    }

    @Test
    void shouldStayAfterTheEndOfInputUntilACheckpointIsComplete() {
        TaskSnapshot last;
        try (TaskHarness task = COUNTING.start()) {
            task.record(0, "x");
            task.endInput();
            assertThat(task.hasFinished()).isFalse();
            last = task.snapshot(1);
            assertThat(task.hasFinished()).isFalse();
            task.complete(1);
            assertThat(task.hasFinished()).isTrue();
        }
        try (TaskHarness task = COUNTING.start(last)) {
            assertThat(task.hasFinished()).as("had emitted all in the checkpoint").isTrue();
        }
    }

    @Test
    void shouldRefuseAProgramOfSeveralTasks() {
        assertThatThrownBy(
                        () ->
                                TaskProgram.of(
                                        Types.LONG,
                                        (numbers, outputs) ->
                                                outputs.collect(
                                                        "out",
                                                        numbers.map(n -> n + 1)
                                                                .returns(Types.LONG)
                                                                .keyBy(n -> n)
                                                                .sum(0))))
                .hasMessageContaining("2 tasks [Map, ")
                .hasMessageContaining("one after the other");
        assertThatThrownBy(() -> COUNTING.start(1, null)).hasMessageContaining("no subtask 1");
    }
}

package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.SinkFunction;
import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.coordinate.SourceMessages;
import io.millrace.runtime.coordinate.ToReader;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a subtask makes of what its master tells it, in whatever order that comes. */
class CommandsOfMastersTest {
    private static final StreamEvent.Barrier DRAIN =
            new StreamEvent.Barrier(7, 1, 0, CheckpointKind.DRAIN);

    private final WorkerChannels channels =
            new WorkerChannels("w", new DirectRun.NoRemote(), 16, 1 << 20);
    private final List<String> journal = new ArrayList<>();

    /** Functions travel, and meet the test here. */
    private static final List<String> OUTSIDE = new ArrayList<>();

    @BeforeEach
    void nothingIsDoneYet() {
        OUTSIDE.clear();
    }

    private record Listening() implements SinkFunction<Long>, CheckpointListener {
        @Override
        public void invoke(Long value, Context context) {}

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            OUTSIDE.add("complete " + checkpointId);
        }
    }

    /** Commits how many numbers have come. */
    private record Counts() implements Sink<Long>, SupportsCommitter<String> {
        @Override
        public SinkWriter<Long> createWriter(WriterInitContext context) {
            return new Counter();
        }

        @Override
        public Committer<String> createCommitter(CommitterInitContext context) {
            return new Committer<>() {
                @Override
                public void commit(Collection<CommitRequest<String>> committables) {
                    committables.forEach(c -> OUTSIDE.add("commit " + c.getCommittable()));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public SimpleVersionedSerializer<String> getCommittableSerializer() {
            return new SimpleVersionedSerializer<>() {
                @Override
                public int getVersion() {
                    return 1;
                }

                @Override
                public byte[] serialize(String text) {
                    return text.getBytes(StandardCharsets.UTF_8);
                }

                @Override
                public String deserialize(int version, byte[] serialized) {
                    return new String(serialized, StandardCharsets.UTF_8);
                }
            };
        }
    }

    private static final class Counter implements CommittingSinkWriter<Long, String> {
        private long count;

        @Override
        public void write(Long element, Context context) {
            count++;
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public Collection<String> prepareCommit() {
            return List.of(count + " numbers");
        }

        @Override
        public void close() {}
    }

    private DrivenSubtask driven(TaskDeployment deployment) {
        return new DrivenSubtask(channels, deployment, journal);
    }

    private static void runAll(DrivenSubtask... subtasks) {
        for (int round = 0; round < 5; round++) {
            for (DrivenSubtask subtask : subtasks) {
                subtask.runAll();
            }
        }
    }

    private DirectRun drainedInVain(DrivenSubtask[] subtasks) throws Exception {
        DirectRun job =
                new DirectRun(
                        1, env -> env.fromSequence(1, 1_000).rebalance().sinkTo(new Counts()));
        subtasks[0] = driven(job.deployment(1, 0));
        subtasks[1] = driven(job.deployment(0, 0));
        subtasks[1].running.triggerCheckpoint(DRAIN);
        return job;
    }

    @Test
    void shouldCommitNothingWhenTheSavepointFailsForWhichItsSourceHasEnded() throws Exception {
        DrivenSubtask[] subtasks = new DrivenSubtask[2];
        drainedInVain(subtasks);
        runAll(subtasks);
        assertThat(journal).containsExactly("0 ended at 7", "1 ended at 7");

        for (DrivenSubtask subtask : subtasks) {
            subtask.running.checkpointAborted(7);
        }
        runAll(subtasks);

        assertThat(journal).as("nobody takes this for the end of the input").hasSize(2);
        assertThat(OUTSIDE).isEmpty();
        for (DrivenSubtask subtask : subtasks) {
            subtask.running.cancel();
        }
        runAll(subtasks);
        assertThat(journal).contains("0 Canceled", "1 Canceled");
        assertThat(OUTSIDE).isEmpty();
    }

    @Test
    void shouldCommitNothingWhenAnotherMasterComesBeforeTheDrainHasReachedTheSink()
            throws Exception {
        DrivenSubtask[] subtasks = new DrivenSubtask[2];
        drainedInVain(subtasks);
        subtasks[1].runAll();

        for (DrivenSubtask subtask : subtasks) {
            subtask.running.masterChanged(2);
            subtask.running.checkpointsAbortedBefore(2);
        }
        runAll(subtasks);

        assertThat(journal).containsExactly("0 ended at 7");
        assertThat(OUTSIDE).isEmpty();
    }

    @Test
    void shouldCommitAllOnceWhenTheSavepointIsCompleteForWhichItsSourceHasEnded() throws Exception {
        DrivenSubtask[] subtasks = new DrivenSubtask[2];
        drainedInVain(subtasks);
        runAll(subtasks);

        for (DrivenSubtask subtask : subtasks) {
            subtask.running.checkpointComplete(7);
        }
        runAll(subtasks);

        assertThat(journal).contains("0 Finished", "1 Finished");
        assertThat(OUTSIDE).hasSize(1);
    }

    @Test
    void shouldLeaveASplitOutOfTheSavepointBehindWhoseBarrierItWasTold() throws Exception {
        NumberSequenceSource numbers = new NumberSequenceSource(0, 9);
        DirectRun job =
                new DirectRun(
                        1,
                        env ->
                                env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers")
                                        .uid("numbers")
                                        .addSink(new Listening()));
        DrivenSubtask source = driven(job.deployment(0, 0));
        source.runAll();
        byte[] split = numbers.getSplitSerializer().serialize(new SequenceSplit(0, 0, 9, 1));

        source.running.triggerCheckpoint(DRAIN);
        source.running.operatorEvent(
                "numbers",
                SourceMessages.write(
                        new ToReader.AddSplits(
                                1, 0, numbers.getSplitSerializer().getVersion(), List.of(split))));
        source.runAll();

        assertThat(journal).containsExactly("0 ended at 7");
        assertThat(source.snapshots.get(0).operators())
                .flatMap(operator -> operator.parts())
                .filteredOn(part -> part instanceof ListPart list && list.name().equals("splits"))
                .allSatisfy(part -> assertThat(((ListPart) part).elements()).isEmpty());
    }

    @Test
    void shouldHearOfACompletionHoweverManyOtherCommandsWait() throws Exception {
        DirectRun job =
                new DirectRun(
                        1, env -> env.fromSequence(1, 3).rebalance().addSink(new Listening()));
        DrivenSubtask source = driven(job.deployment(0, 0));
        source.running.triggerCheckpoint(
                new StreamEvent.Barrier(1, 1, 0, CheckpointKind.CHECKPOINT));
        DrivenSubtask sink = driven(job.deployment(1, 0));
        source.step();
        sink.step();
        for (long id = 2; id < 100_000; id++) {
            sink.running.triggerCheckpoint(
                    new StreamEvent.Barrier(id, 1, 0, CheckpointKind.CHECKPOINT));
        }

        sink.running.checkpointComplete(1);
        sink.runAll();

        assertThat(OUTSIDE).containsExactly("complete 1");
    }
}

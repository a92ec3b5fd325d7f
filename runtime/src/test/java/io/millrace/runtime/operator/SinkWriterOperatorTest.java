package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.PrintSink;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.operator.SinkSubtasks.Snapshot;
import io.millrace.runtime.operator.SinkWriterOperator.End;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkWriterOperatorTest {
    @TempDir Path folder;

    private final List<String> log = new ArrayList<>();

    /** What the committer does with each request. */
    private Consumer<Committer.CommitRequest<String>> committing = request -> {};

    /** Tells all calls; a committable is what was written since the last one. */
    @SuppressWarnings("serial") // stays in this JVM
    private final class LoggingSink implements Sink<Object>, SupportsCommitter<String> {
        private String written = "";

        @Override
        public SinkWriter<Object> createWriter(WriterInitContext context) {
            log.add("writer " + context.getAttemptId() + " from " + restored(context));
            return new CommittingSinkWriter<Object, String>() {
                @Override
                public void write(Object element, Context about) throws IOException {
                    if (element.equals("poison")) {
                        throw new IllegalArgumentException("cannot be written");
                    }
                    if (element.equals("disk")) {
                        throw new IOException("disk is full");
                    }
                    written += element;
                }

                @Override
                public void flush(boolean endOfInput) throws IOException {
                    log.add("flush " + endOfInput);
                    if (written.contains("!")) {
                        throw new IOException("cannot flush");
                    }
                }

                @Override
                public Collection<String> prepareCommit() {
                    String all = written;
                    written = "";
                    return all.isEmpty() ? List.of() : List.of(all);
                }

                @Override
                public void close() {
                    log.add("writer closed");
                }
            };
        }

        private String restored(WriterInitContext context) {
            return context.getRestoredCheckpointId().isPresent()
                    ? "" + context.getRestoredCheckpointId().getAsLong()
                    : "nothing";
        }

        @Override
        public Committer<String> createCommitter(CommitterInitContext context) {
            return new Committer<>() {
                @Override
                public void commit(Collection<CommitRequest<String>> committables) {
                    log.add(
                            "commit "
                                    + committables.stream()
                                            .map(CommitRequest::getCommittable)
                                            .toList());
                    committables.forEach(committing);
                }

                @Override
                public void close() {
                    log.add("committer closed");
                }
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
                public byte[] serialize(String text) throws IOException {
                    if (text.contains("?")) {
                        throw new IOException("cannot be serialized");
                    }
                    return text.getBytes();
                }

                @Override
                public String deserialize(int version, byte[] serialized) {
                    return new String(serialized);
                }
            };
        }
    }

    private SinkSubtasks started(End end, int maxRetries) throws Exception {
        SinkSubtasks subtasks = new SinkSubtasks(folder, new LoggingSink(), end, maxRetries);
        subtasks.start(1, null);
        log.clear();
        return subtasks;
    }

    private static void write(SinkSubtasks subtasks, String... records) {
        for (String record : records) {
            subtasks.operator(0).process(record, 0);
        }
    }

    @Test
    void shouldCommitOnlyWhenTheCheckpointIsComplete() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 1);
        write(subtasks, "a", "b");
        subtasks.checkpoint(7);
        write(subtasks, "c");
        assertThat(log).containsExactly("flush false");

        subtasks.complete(7);
        assertThat(log).containsExactly("flush false", "commit [ab]");
    }

    @Test
    void shouldCarryWhatAFailedCheckpointHeldIntoTheNext() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 1);
        write(subtasks, "a");
        subtasks.checkpoint(7);
        write(subtasks, "b");
        Snapshot next = subtasks.checkpoint(8);

        subtasks.start(1, next);

        assertThat(log).contains("commit [a, b]");
    }

    @Test
    void shouldNotCommitWhatOnlyALaterCheckpointHolds() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 1);
        write(subtasks, "a");
        subtasks.checkpoint(7);
        write(subtasks, "b");
        subtasks.checkpoint(8);
        log.clear();

        subtasks.complete(7);
        assertThat(log).containsExactly("commit [a]");
        subtasks.complete(8);
        assertThat(log).containsExactly("commit [a]", "commit [b]");
    }

    @Test
    void shouldCommitWhatTheCheckpointHoldsBeforeItMakesTheWriter() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 1);
        write(subtasks, "a");
        Snapshot snapshot = subtasks.checkpoint(7);
        log.clear();

        subtasks.start(1, snapshot);

        assertThat(log).containsExactly("commit [a]", "writer 1.2 from 7");
    }

    @Test
    void shouldNotTakeTheIdsOfAnotherJobForItsOwn() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 1);
        write(subtasks, "a");
        Snapshot savepoint = subtasks.checkpoint(500);
        subtasks.start(1, savepoint);
        write(subtasks, "b");
        subtasks.checkpoint(3);
        log.clear();
        subtasks.advance(60_000);
        assertThat(log).isEmpty();

        subtasks.complete(3);
        assertThat(log).containsExactly("commit [b]");
    }

    @Test
    void shouldTryAgainAfterPausesThatGrow() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 5);
        committing = Committer.CommitRequest::retryLater;
        write(subtasks, "a");
        subtasks.checkpoint(1);
        log.clear();
        subtasks.complete(1);
        subtasks.advance(99);
        assertThat(log).hasSize(1);
        subtasks.advance(1);
        assertThat(log).hasSize(2);
        subtasks.advance(199);
        assertThat(log).hasSize(2);
        assertThat(subtasks.settle()).isFalse();
        committing = request -> {};
        subtasks.advance(1);
        assertThat(log).hasSize(3);
        assertThat(subtasks.settle()).isTrue();
    }

    @Test
    void shouldTakeRecordsAndCheckpointsWhileItWaitsToTryAgain() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 5);
        committing = Committer.CommitRequest::retryLater;
        write(subtasks, "a");
        subtasks.checkpoint(1);
        subtasks.complete(1);
        write(subtasks, "b");
        Snapshot snapshot = subtasks.checkpoint(2);
        log.clear();
        committing = request -> {};

        subtasks.start(1, snapshot);

        assertThat(log).contains("commit [a, b]");
    }

    @Test
    void shouldFailTheSubtaskWhenTriedTooOften() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        committing = Committer.CommitRequest::retryLater;
        write(subtasks, "a");
        subtasks.checkpoint(1);
        subtasks.complete(1);

        assertThatThrownBy(() -> subtasks.advance(60_000))
                .isInstanceOfSatisfying(
                        OperatorFailure.class,
                        failure -> assertThat(failure.category()).isEqualTo(Failure.Category.STATE))
                .hasRootCauseMessage(
                        "a could not be committed in 3 attempts; the limit is"
                                + " sink.committer.retries");
    }

    @Test
    void shouldGoOnWithoutWhatCanNeverBeCommittedForAKnownReason() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        committing = request -> request.signalFailedWithKnownReason(new IOException("timed out"));
        write(subtasks, "a");
        subtasks.checkpoint(1);
        subtasks.complete(1);
        assertThat(subtasks.settle()).isTrue();
        log.clear();
        committing = Committer.CommitRequest::signalAlreadyCommitted;

        write(subtasks, "b");
        subtasks.checkpoint(2);
        subtasks.complete(2);

        assertThat(log).contains("commit [b]");
    }

    @Test
    void shouldFailTheSubtaskForAnUnknownReason() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        committing = request -> request.signalFailedWithUnknownReason(new IOException("who knows"));
        write(subtasks, "a");
        subtasks.checkpoint(1);

        assertThatThrownBy(() -> subtasks.complete(1)).hasRootCauseMessage("who knows");
    }

    @Test
    void shouldCommitInsteadWhatTheCommitterHasPutInItsPlace() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        committing =
                request -> {
                    if (request.getNumberOfRetries() == 0) {
                        request.updateAndRetryLater("rest of " + request.getCommittable());
                    }
                };
        write(subtasks, "a");
        subtasks.checkpoint(1);
        log.clear();
        subtasks.complete(1);
        subtasks.advance(1_000);

        assertThat(log).containsExactly("commit [a]", "commit [rest of a]");
    }

    @Test
    void shouldFailTheSubtaskWhenTheWriterCannotFlush() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        write(subtasks, "!");
        assertThatThrownBy(() -> subtasks.operator(0).prepareSnapshot(1))
                .isInstanceOf(OperatorFailure.class)
                .hasRootCauseMessage("cannot flush");
    }

    @Test
    void shouldKeepWhatCouldNotBeWrittenIntoOneCheckpoint() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        write(subtasks, "a");
        subtasks.checkpoint(1);
        write(subtasks, "?");
        assertThatThrownBy(() -> subtasks.checkpoint(2))
                .hasRootCauseMessage("cannot be serialized");
        log.clear();

        subtasks.complete(1);
        assertThat(log).containsExactly("commit [a]");
    }

    @Test
    void shouldNameTheRecordThatTheWriterCannotTake() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        assertThatThrownBy(() -> write(subtasks, "poison"))
                .hasMessageContaining("operator 'sink', record 'poison'");
        assertThatThrownBy(() -> write(subtasks, "disk"))
                .isInstanceOfSatisfying(
                        OperatorFailure.class,
                        failure ->
                                assertThat(failure.category()).isEqualTo(Failure.Category.STATE));
    }

    @Test
    void shouldCommitAtTheEndOfTheInputWhereNoCheckpointIsTaken() throws Exception {
        SinkSubtasks subtasks = started(End.COMMITS_AT_END_OF_INPUT, 2);
        write(subtasks, "a");
        committing = Committer.CommitRequest::retryLater;
        subtasks.finish();
        assertThat(subtasks.settle()).isFalse();
        committing = request -> {};
        assertThat(subtasks.settle()).as("before the pause is over").isFalse();
        subtasks.advance(100);

        assertThat(subtasks.settle()).isTrue();
        assertThat(log).containsExactly("flush true", "commit [a]", "commit [a]");
    }

    @Test
    void shouldCommitNothingAtTheEndBeforeTheLastCheckpointIsComplete() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        write(subtasks, "a");
        subtasks.finish();
        assertThat(subtasks.settle()).isTrue();
        subtasks.checkpoint(9);
        assertThat(log).containsExactly("flush true");

        subtasks.complete(9);
        assertThat(log).containsExactly("flush true", "commit [a]");
        subtasks.close();
        assertThat(log).endsWith("writer closed", "committer closed");
    }

    @Test
    void shouldRefuseCommittablesOfASinkThatCommitsNoMore() throws Exception {
        SinkSubtasks subtasks = started(End.WAITS_FOR_LAST_CHECKPOINT, 2);
        write(subtasks, "a");
        Snapshot snapshot = subtasks.checkpoint(3);

        SinkSubtasks other =
                new SinkSubtasks(folder, new PrintSink<>(), End.WAITS_FOR_LAST_CHECKPOINT, 2);
        assertThatThrownBy(() -> other.start(1, snapshot))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Checkpoint 3 has 'sink-committables' of the sink 'sink'")
                .hasMessageContaining("has no committer any more");
    }
}

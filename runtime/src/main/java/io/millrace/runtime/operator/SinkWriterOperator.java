package io.millrace.runtime.operator;

import io.millrace.api.function.RuntimeContext;
import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.StatefulSinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.SupportsWriterState;
import io.millrace.api.time.Watermark;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.exchange.RecordBatch;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Hands each record to a sink's writer, and has what the writer prepares at each checkpoint
 * committed when the checkpoint is complete; is the writer's context.
 *
 * <p>The committer is called by the subtask's thread, between two records: it shares nothing with
 * another thread, and a simulation sees it as it is. What it cannot commit yet it tries again after
 * a pause, during which records are taken.
 */
final class SinkWriterOperator implements Operator, SinkWriter.Context {
    private final String name;
    private final Sink<Object> sink;
    private final RuntimeContext runtime;
    private final String uid;
    private final String attemptId;
    private final ProcessingTime time;
    private final End end;
    private final SinkTimers timers;
    private final SinkState state;
    private final PendingCommits pending;
    private SinkState.Restored restored;
    private OptionalLong restoredId = OptionalLong.empty();
    private Committer<Object> committer;
    private SinkWriter<Object> writer;
    private long timestampMillis;
    private long watermarkMillis = Long.MIN_VALUE;
    private boolean ended;

    /** When that is committed which no periodic checkpoint holds. */
    enum End {
        /** At the end of the input: nothing holds it before. */
        COMMITS_AT_END_OF_INPUT,
        /** When the last checkpoint is complete, which the subtask waits for. */
        WAITS_FOR_LAST_CHECKPOINT
    }

    /**
     * @param attemptId {@code epoch.counter}
     * @param maxRetries how often one committable may be tried again
     */
    SinkWriterOperator(
            String name,
            Sink<Object> sink,
            RuntimeContext runtime,
            String uid,
            String attemptId,
            ProcessingTime time,
            End end,
            int maxRetries) {
        this.name = name;
        this.sink = sink;
        this.runtime = runtime;
        this.uid = uid;
        this.attemptId = attemptId;
        this.time = time;
        this.end = end;
        this.timers = new SinkTimers(time);
        this.state = new SinkState(name, sink);
        this.pending = new PendingCommits(name, maxRetries);
    }

    @Override
    public void restore(RestoredOperator from) throws Exception {
        if (!from.isRestored()) {
            return;
        }
        restoredId = OptionalLong.of(from.checkpointId());
        try {
            restored = state.read(from);
        } catch (RuntimeException e) {
            throw OperatorFailure.in(name, "deserialize() of its state", e);
        }
        pending.restore(restored.committables());
    }

    /** What the checkpoint holds is committed before the writer sees what else is there. */
    @Override
    @SuppressWarnings("unchecked") // a writer's committables and states are its own sink's
    public void open() {
        SinkContext context = new SinkContext(runtime, uid, attemptId, timers, restoredId);
        try {
            if (sink instanceof SupportsCommitter<?> committing) {
                committer = (Committer<Object>) committing.createCommitter(context);
                commit();
            }
            writer =
                    restored != null && sink instanceof SupportsWriterState<?, ?> stateful
                            ? ((SupportsWriterState<Object, Object>) stateful)
                                    .restoreWriter(context, restored.writerStates())
                            : sink.createWriter(context);
            restored = null;
        } catch (Throwable t) {
            throw failed("opening the sink", t);
        }
        if (committer != null && !(writer instanceof CommittingSinkWriter<?, ?>)) {
            throw failed(
                    "createWriter()",
                    new IllegalStateException(
                            sink.getClass().getName()
                                    + " has a committer, but its writer "
                                    + writer.getClass().getName()
                                    + " is no CommittingSinkWriter"));
        }
    }

    @Override
    public void process(Object value, long timestampMillis) {
        this.timestampMillis = timestampMillis;
        try {
            writer.write(value, this);
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void watermark(long timestampMillis) {
        watermarkMillis = timestampMillis;
        try {
            writer.writeWatermark(new Watermark(timestampMillis));
        } catch (Throwable t) {
            throw failed("writeWatermark()", t);
        }
    }

    @Override
    public void processingTime(long nowMillis) {
        try {
            timers.ring(nowMillis);
        } catch (Throwable t) {
            throw failed("onProcessingTime()", t);
        }
        commit();
    }

    /** A failure fails the subtask: what the writer held may be lost, whatever comes later. */
    @Override
    public void prepareSnapshot(long checkpointId) {
        if (!ended) {
            flush(false);
        }
    }

    private void flush(boolean endOfInput) {
        try {
            writer.flush(endOfInput);
            if (committer != null) {
                pending.prepared(((CommittingSinkWriter<?, ?>) writer).prepareCommit());
            }
        } catch (Throwable t) {
            throw failed(endOfInput ? "flush(true)" : "flush(false)", t);
        }
    }

    @Override
    public List<SnapshotPart> snapshot(long checkpointId) throws Exception {
        try {
            return state.write(
                    writer instanceof StatefulSinkWriter<?, ?> stateful
                                    && sink instanceof SupportsWriterState<?, ?>
                            ? stateful.snapshotState(checkpointId)
                            : List.of(),
                    pending.hold(checkpointId));
        } catch (Throwable t) {
            throw failed("snapshotState()", t);
        }
    }

    @Override
    public void checkpointComplete(long checkpointId) {
        pending.complete(checkpointId);
        commit();
    }

    private void commit() {
        try {
            pending.commit(committer, time.nowMillis());
        } catch (Throwable t) {
            throw failed("commit()", t);
        }
        if (pending.isDue()) {
            time.wakeAt(pending.retryAtMillis());
        }
    }

    @Override
    public boolean finish(int maxRecords) {
        ended = true;
        flush(true);
        if (end == End.COMMITS_AT_END_OF_INPUT) {
            pending.completeAll();
        }
        return true;
    }

    @Override
    public boolean settle() {
        commit();
        return !pending.isDue();
    }

    private OperatorFailure failed(String call, Throwable cause) {
        return cause instanceof IOException || cause instanceof PendingCommits.CommitFailedException
                ? OperatorFailure.outside(name, cause)
                : OperatorFailure.in(name, call, cause);
    }

    @Override
    public void close() throws Exception {
        SinkWriter<Object> closing = writer;
        Committer<Object> closingCommitter = committer;
        writer = null;
        committer = null;
        try (closingCommitter) {
            if (closing != null) {
                closing.close();
            }
        }
    }

    @Override
    public long currentWatermark() {
        return watermarkMillis;
    }

    @Override
    public Long timestamp() {
        return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
    }
}

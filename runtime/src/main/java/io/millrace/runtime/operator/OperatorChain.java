package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import java.io.IOException;
import java.util.List;

/**
 * The operators of one subtask, ready to run.
 *
 * <p>Records go in at the head and travel by direct calls. Events go to the operators in their
 * order, so that each has emitted what an event makes it emit before the next one sees the event,
 * and then to the edges.
 *
 * <p>Threads: owned by the subtask.
 */
public final class OperatorChain {
    private final String headName;
    private final Source source;
    private final Output sourceOutput;
    private final List<Named> operators;
    private final List<EdgeWriter> writers;
    private int opened;
    private int finished;
    private boolean sourceOpened;

    /** An operator and its name in the plan. */
    record Named(String name, Operator operator) {}

    /**
     * @param source the head if the chain reads no other, else null
     * @param operators all others, in topological order
     */
    OperatorChain(
            String headName,
            Source source,
            Output sourceOutput,
            List<Named> operators,
            List<EdgeWriter> writers) {
        this.headName = headName;
        this.source = source;
        this.sourceOutput = sourceOutput;
        this.operators = operators;
        this.writers = writers;
    }

    public boolean hasSource() {
        return source != null;
    }

    /**
     * Opens the operators from the last to the first: whoever emits on opening finds its readers
     * open.
     */
    public void open() throws Exception {
        for (int i = operators.size() - 1; i >= 0; i--) {
            opened++;
            operators.get(i).operator().open();
        }
        if (source != null) {
            sourceOpened = true;
            source.open();
        }
    }

    /**
     * Runs records of a batch through the chain until it is empty or the target is interrupted.
     *
     * @param most records to take at the most
     * @return how many were taken
     */
    public int process(RecordBatch batch, int most, Source.Target interruption) {
        Operator head = operators.get(0).operator();
        Object[] values = batch.values;
        long[] timestamps = batch.timestamps;
        int from = batch.from;
        int end = Math.min(batch.to, from + most);
        int at = from;
        try {
            while (at < end) {
                head.process(values[at], timestamps[at]);
                at++;
                if (interruption.isInterrupted()) {
                    break;
                }
            }
        } finally {
            batch.from = at;
        }
        return at - from;
    }

    /** Lets the source emit; only if {@link #hasSource}. */
    public Source.Progress emit(int maxRecords, Source.Target target) throws Exception {
        return source.emit(maxRecords, target);
    }

    /** Where the source's records go. */
    public Output sourceOutput() {
        return sourceOutput;
    }

    public void event(StreamEvent event) {
        if (event instanceof StreamEvent.Watermark mark) {
            for (Named named : operators) {
                named.operator().watermark(mark.timestampMillis());
            }
        }
        for (EdgeWriter writer : writers) {
            writer.event(event);
        }
    }

    /**
     * The input has ended: lets the operators emit what is left, one after the other.
     *
     * @return whether all is done; otherwise to be called again when the edges take more
     */
    public boolean finish(int maxRecords) throws Exception {
        while (finished < operators.size()) {
            Named named = operators.get(finished);
            try {
                if (!named.operator().finish(maxRecords)) {
                    return false;
                }
            } catch (IOException e) {
                throw OperatorFailure.outside(named.name(), e);
            }
            finished++;
        }
        return true;
    }

    public boolean isAvailable() {
        for (EdgeWriter writer : writers) {
            if (!writer.isAvailable()) {
                return false;
            }
        }
        return true;
    }

    public void flush() {
        for (EdgeWriter writer : writers) {
            writer.flush();
        }
    }

    public List<EdgeWriter> writers() {
        return writers;
    }

    public long sourceBytesRead() {
        return source == null ? 0 : source.bytesRead();
    }

    public void cancel() {
        if (source != null) {
            source.cancel();
        }
    }

    /**
     * Closes what was opened, all of it whatever fails.
     *
     * @throws Exception the first failure, with the others suppressed in it
     */
    public void close() throws Exception {
        Exception first = null;
        if (sourceOpened) {
            sourceOpened = false;
            first = close(headName, source::close, first);
        }
        for (int i = operators.size() - opened; i < operators.size(); i++) {
            Named named = operators.get(i);
            first = close(named.name(), named.operator()::close, first);
        }
        opened = 0;
        if (first != null) {
            throw first;
        }
    }

    private interface Closing {
        void close() throws Exception;
    }

    private static Exception close(String name, Closing closing, Exception first) {
        try {
            closing.close();
            return first;
        } catch (Exception e) {
            Exception named = OperatorFailure.outside(name, e);
            if (first == null) {
                return named;
            }
            first.addSuppressed(named);
            return first;
        }
    }
}

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
    private final BatchLoop loop;
    private final List<Member> operators;
    private final List<EdgeWriter> writers;
    private int opened;
    private int finished;
    private boolean sourceOpened;

    /**
     * An operator of the chain.
     *
     * @param name in the plan
     * @param functions of the user's that the operator calls
     */
    record Member(String name, Operator operator, List<UserFunction> functions) {

        /** A function may ask for state as soon as it is opened. */
        void open() throws Exception {
            operator.open();
            for (UserFunction function : functions) {
                function.open();
            }
        }

        void close(Closing closing) {
            functions.forEach(function -> closing.add(name, function::close));
            closing.add(name, operator::close);
        }
    }

    /**
     * @param source the head if the chain reads no other, else null
     * @param loop of the first operator; null if there is a source
     * @param operators all others, in topological order
     */
    OperatorChain(
            String headName,
            Source source,
            BatchLoop loop,
            List<Member> operators,
            List<EdgeWriter> writers) {
        this.headName = headName;
        this.source = source;
        this.loop = loop;
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
            operators.get(i).open();
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
        return loop.run(batch, most, interruption);
    }

    /** Lets the source emit; only if {@link #hasSource}. */
    public Source.Progress emit(int maxRecords, Source.Target target) throws Exception {
        return source.emit(maxRecords, target);
    }

    public void event(StreamEvent event) {
        if (event instanceof StreamEvent.Watermark mark) {
            for (Member member : operators) {
                member.operator().watermark(mark.timestampMillis());
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
            Member member = operators.get(finished);
            try {
                if (!member.operator().finish(maxRecords)) {
                    return false;
                }
            } catch (IOException e) {
                throw OperatorFailure.outside(member.name(), e);
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

    /** Records that the source has emitted so far; 0 without one. */
    public long sourceRecordsEmitted() {
        return source == null ? 0 : source.recordsEmitted();
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
        Closing closing = new Closing();
        if (sourceOpened) {
            sourceOpened = false;
            closing.add(headName, source::close);
        }
        for (int i = operators.size() - opened; i < operators.size(); i++) {
            operators.get(i).close(closing);
        }
        opened = 0;
        if (closing.first != null) {
            throw closing.first;
        }
    }

    /** Calls all that is added to it, whatever fails. */
    private static final class Closing {
        private Exception first;

        interface Call {
            void close() throws Exception;
        }

        void add(String name, Call call) {
            try {
                call.close();
            } catch (Exception e) {
                Exception named = OperatorFailure.outside(name, e);
                if (first == null) {
                    first = named;
                } else {
                    first.addSuppressed(named);
                }
            }
        }
    }
}

package io.millrace.runtime.operator;

import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/**
 * Sends its records back to the program.
 *
 * <p>Records that were delivered cannot be taken back: a run that is not the job's first is
 * refused.
 */
final class CollectOperator implements Operator {
    private final String name;
    private final CollectedRecords records;
    private final TypeSerializer<Object> serializer;
    private final AttemptId attempt;
    private final int restart;
    private CollectedRecords.Writer writer;

    /**
     * @param restart how often the job was started before
     */
    CollectOperator(
            String name,
            CollectedRecords records,
            TypeSerializer<Object> serializer,
            AttemptId attempt,
            int restart) {
        this.name = name;
        this.records = records;
        this.serializer = serializer;
        this.attempt = attempt;
        this.restart = restart;
    }

    @Override
    public void open() {
        if (restart > 0) {
            throw OperatorFailure.outside(
                    name,
                    new IllegalStateException(
                            "the job was started again (restart "
                                    + restart
                                    + "), but the program may have got records of the run before,"
                                    + " which cannot be taken back"));
        }
        try {
            writer = records.open(attempt, serializer);
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            writer.write(value);
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public boolean finish(int maxRecords) {
        try {
            writer.finish();
            return true;
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private OperatorFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return OperatorFailure.outside(name, e);
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}

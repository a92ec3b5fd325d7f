package io.millrace.runtime.operator;

import io.millrace.runtime.serializer.TypeSerializer;

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
    private final int restart;

    /**
     * @param restart how often the job was started before
     */
    CollectOperator(
            String name, CollectedRecords records, TypeSerializer<Object> serializer, int restart) {
        this.name = name;
        this.records = records;
        this.serializer = serializer;
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
                                    + " which cannot be taken back: executeAndCollect needs"
                                    + " restart-strategy.type: none"));
        }
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            records.put(serializer.isImmutable() ? value : serializer.copy(value));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OperatorFailure.outside(name, e);
        }
    }
}

package io.millrace.runtime.operator;

/**
 * Takes the records that come back to the program, by {@code executeAndCollect}.
 *
 * <p>Threads: any; {@link #put} blocks while the program does not take them.
 */
public interface CollectedRecords {

    /**
     * Hands a record over.
     *
     * @param record nobody else changes it
     * @throws InterruptedException if the subtask is to end
     */
    void put(Object record) throws InterruptedException;

    /** Refuses: the program and its workers are different processes. */
    static CollectedRecords nowhere() {
        return record -> {
            throw new IllegalStateException(
                    "records cannot come back to the program from this worker: it is not in the"
                            + " program's process");
        };
    }
}

package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;

/**
 * Runs the records of a batch through what follows, until the batch is empty or the subtask has
 * something else to do.
 *
 * <p>Threads: owned by the subtask.
 */
interface BatchLoop {

    /**
     * Takes records off the head of a batch.
     *
     * @param most records to take at the most
     * @return how many were taken; at least one if the batch has one
     */
    int run(RecordBatch batch, int most, Source.Target interruption);
}

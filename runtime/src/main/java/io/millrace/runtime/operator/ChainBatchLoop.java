package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;

/** The batch loop of one chain, whose copies call one head each. */
final class ChainBatchLoop implements BatchLoop {
    private final Output head;

    ChainBatchLoop(Output head) {
        this.head = head;
    }

    @Override
    public int run(RecordBatch batch, int most, Source.Target interruption) {
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
}

package io.millrace.runtime.operator;

import io.millrace.api.function.KeySelector;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.KeysAhead;

/**
 * The batch loop of a chain whose head has state of its records' keys: before some records are
 * taken, what there is of their keys is read ahead.
 */
final class KeyedBatchLoop implements BatchLoop {
    private final Output head;
    private final KeySelector<Object, Object> selector;
    private final KeysAhead ahead;

    KeyedBatchLoop(Output head, KeySelector<Object, Object> selector, KeysAhead ahead) {
        this.head = head;
        this.selector = selector;
        this.ahead = ahead;
    }

    @Override
    public int run(RecordBatch batch, int most, Source.Target interruption) {
        Object[] values = batch.values;
        long[] timestamps = batch.timestamps;
        int from = batch.from;
        int end = Math.min(batch.to, from + most);
        int at = from;
        int aheadOf = from;
        try {
            while (at < end) {
                if (at == aheadOf) {
                    aheadOf = readAhead(values, at, end);
                }
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

    /** Returns up to where records were looked at. */
    private int readAhead(Object[] values, int at, int end) {
        int until = Math.min(end, at + KeysAhead.KEYS);
        if (ahead.begin()) {
            try {
                for (int i = at; i < until; i++) {
                    ahead.add(selector.getKey(values[i]));
                }
            } catch (Throwable t) {
                // it is told when it is this record's turn, by the operator; those before it first
                return until;
            }
            ahead.read();
        }
        return until;
    }
}

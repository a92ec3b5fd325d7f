package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;
import java.util.List;

/** Emits given values once, in order. */
final class ElementsSource implements Source {
    private final List<?> values;
    private int next;

    ElementsSource(List<?> values) {
        this.values = values;
    }

    @Override
    public Progress emit(int maxRecords, Target target) {
        int end = Math.min(values.size(), next + maxRecords);
        while (next < end && !target.isInterrupted()) {
            target.emit(values.get(next++), RecordBatch.NO_TIMESTAMP);
        }
        return next == values.size() ? Progress.END : Progress.MORE;
    }
}

package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.StreamEvent;
import java.util.List;

/**
 * Where the watermarks and the idleness of an operator go: to the operators that read it and to the
 * edges that leave it, behind the records it has emitted.
 *
 * <p>Threads: owned by the subtask.
 */
final class Downstream {
    private final List<Reader> readers;
    private final List<EdgeWriter> writers;

    /**
     * An operator of the chain that reads another one directly.
     *
     * @param downstream of the reader itself
     */
    record Reader(Operator operator, Downstream downstream) {

        void event(StreamEvent event) {
            if (event instanceof StreamEvent.Watermark mark) {
                operator.watermark(mark.timestampMillis());
            }
            if (!operator.makesWatermarks()) {
                downstream.event(event);
            }
        }
    }

    Downstream(List<Reader> readers, List<EdgeWriter> writers) {
        this.readers = List.copyOf(readers);
        this.writers = List.copyOf(writers);
    }

    /**
     * @param event a watermark, or a status
     */
    void event(StreamEvent event) {
        for (Reader reader : readers) {
            reader.event(event);
        }
        for (EdgeWriter writer : writers) {
            writer.event(event);
        }
    }
}

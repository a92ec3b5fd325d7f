package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.StreamEvent;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where the watermarks and the idleness of an operator go: to the operators that read it and to the
 * edges that leave it, behind the records it has emitted.
 *
 * <p>Threads: owned by the subtask.
 */
final class Downstream {
    private final List<Reader> readers;
    private final List<Consumer<StreamEvent>> edges;

    /**
     * An operator of the chain that reads another one directly.
     *
     * @param downstream of the reader itself
     */
    record Reader(Operator operator, Downstream downstream) {

        void event(StreamEvent event) {
            if (event instanceof StreamEvent.Watermark mark) {
                operator.watermark(mark.timestampMillis());
                while (!operator.fire(Integer.MAX_VALUE, Interruption.NEVER)) {
                    // there is more
                }
            }
            if (!operator.makesWatermarks()) {
                downstream.event(event);
            }
        }
    }

    /**
     * @param edges that leave the chain
     */
    Downstream(List<Reader> readers, List<Consumer<StreamEvent>> edges) {
        this.readers = List.copyOf(readers);
        this.edges = List.copyOf(edges);
    }

    /**
     * @param event a watermark, or a status
     */
    void event(StreamEvent event) {
        for (Reader reader : readers) {
            reader.event(event);
        }
        leave(event);
    }

    /** Tells the edges alone. */
    void leave(StreamEvent event) {
        for (Consumer<StreamEvent> edge : edges) {
            edge.accept(event);
        }
    }

    List<Reader> readers() {
        return readers;
    }
}

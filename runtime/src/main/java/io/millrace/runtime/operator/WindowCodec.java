package io.millrace.runtime.operator;

import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.GlobalWindow;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.Window;

/**
 * Windows as they are kept in state: the engine's own in few bytes, others as their assigner says.
 *
 * <p>Threads: owned by the subtask.
 */
sealed interface WindowCodec {

    /** Of what {@link #encode} gives. */
    TypeInformation<?> type();

    Object encode(Window window);

    Window decode(Object encoded);

    /**
     * @param type of the windows
     */
    static WindowCodec of(TypeInformation<?> type) {
        if (type.getTypeClass() == TimeWindow.class) {
            return new Time();
        }
        return type.getTypeClass() == GlobalWindow.class ? new Global() : new Other(type);
    }

    /** Remembers the last one, as most records are of the same window as the one before. */
    final class Time implements WindowCodec {
        private static final TypeInformation<TimeSpan> TYPE =
                TypeExtractor.forClass(TimeSpan.class);

        private TimeSpan last = new TimeSpan(0, 0);

        @Override
        public TypeInformation<?> type() {
            return TYPE;
        }

        @Override
        public Object encode(Window window) {
            TimeWindow time = (TimeWindow) window;
            if (last.start() != time.getStart() || last.end() != time.getEnd()) {
                last = new TimeSpan(time.getStart(), time.getEnd());
            }
            return last;
        }

        @Override
        public Window decode(Object encoded) {
            TimeSpan span = (TimeSpan) encoded;
            return new TimeWindow(span.start(), span.end());
        }
    }

    /** There is one. */
    final class Global implements WindowCodec {
        private static final Byte ONE = 0;

        @Override
        public TypeInformation<?> type() {
            return Types.BYTE;
        }

        @Override
        public Object encode(Window window) {
            return ONE;
        }

        @Override
        public Window decode(Object encoded) {
            return GlobalWindow.get();
        }
    }

    /** By the type that the assigner of the user's gave. */
    record Other(TypeInformation<?> type) implements WindowCodec {
        @Override
        public Object encode(Window window) {
            return window;
        }

        @Override
        public Window decode(Object encoded) {
            return (Window) encoded;
        }
    }
}

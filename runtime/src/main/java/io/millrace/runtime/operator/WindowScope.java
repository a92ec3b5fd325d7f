package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.window.Window;

/**
 * What process functions of windows may ask about the window at hand; their contexts answer from
 * here.
 *
 * <p>Threads: owned by the subtask.
 */
final class WindowScope {
    private final WindowCodec codec;
    private final KeyedTimers timers;
    private final FunctionStates windowStates;
    private final FunctionStates globalStates;
    private final SideOutputs sides;
    private Window window;

    /** Most functions never ask; then no window need be written as a namespace. */
    private boolean asksForState;

    /**
     * @param windowStates null for windows that merge, which have none
     */
    WindowScope(
            WindowCodec codec,
            KeyedTimers timers,
            FunctionStates windowStates,
            FunctionStates globalStates,
            SideOutputs sides) {
        this.codec = codec;
        this.timers = timers;
        this.windowStates = windowStates;
        this.globalStates = globalStates;
        this.sides = sides;
    }

    void bind(Window current) {
        window = current;
        if (asksForState) {
            windowStates.bind(codec.encode(current));
        }
    }

    Window window() {
        return window;
    }

    KeyedTimers timers() {
        return timers;
    }

    KeyedStateStore windowState() {
        if (windowStates == null) {
            throw new UnsupportedOperationException(
                    "Windows that merge, such as sessions, have no state of their own: nobody could"
                            + " merge it. Use globalState(), which is the key's.");
        }
        if (!asksForState) {
            asksForState = true;
            windowStates.bind(codec.encode(window));
        }
        return windowStates;
    }

    KeyedStateStore globalState() {
        return globalStates;
    }

    void output(OutputTag<?> tag, Object value) {
        sides.emit(tag, value, window.maxTimestamp());
    }
}

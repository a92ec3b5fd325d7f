package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.window.Window;

/** What a process function of windows may ask about the window at hand. */
final class ProcessWindowContext
        extends ProcessWindowFunction<Object, Object, Object, Window>.Context {
    private final WindowScope scope;

    ProcessWindowContext(
            ProcessWindowFunction<Object, Object, Object, Window> function, WindowScope scope) {
        function.super();
        this.scope = scope;
    }

    void bind(Window window) {
        scope.bind(window);
    }

    @Override
    public Window window() {
        return scope.window();
    }

    @Override
    public long currentProcessingTime() {
        return scope.timers().currentProcessingTime();
    }

    @Override
    public long currentWatermark() {
        return scope.timers().currentWatermark();
    }

    @Override
    public KeyedStateStore windowState() {
        return scope.windowState();
    }

    @Override
    public KeyedStateStore globalState() {
        return scope.globalState();
    }

    @Override
    public <X> void output(OutputTag<X> outputTag, X value) {
        scope.output(outputTag, value);
    }
}

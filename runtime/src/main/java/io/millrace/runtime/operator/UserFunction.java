package io.millrace.runtime.operator;

import io.millrace.api.function.DefaultOpenContext;
import io.millrace.api.function.Function;
import io.millrace.api.function.RichFunction;
import io.millrace.api.function.RuntimeContext;

/**
 * A function of the user's with the operator it belongs to; opens and closes it if it is rich.
 *
 * @param <F> the function's interface
 */
final class UserFunction<F extends Function> {
    private final F function;
    private final String name;
    private final RuntimeContext context;
    private boolean opened;

    UserFunction(F function, String name, RuntimeContext context) {
        this.function = function;
        this.name = name;
        this.context = context;
    }

    F function() {
        return function;
    }

    /** The operator's. */
    String name() {
        return name;
    }

    void open() {
        if (!(function instanceof RichFunction rich)) {
            return;
        }
        opened = true;
        try {
            rich.setRuntimeContext(context);
            rich.open(DefaultOpenContext.INSTANCE);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "open()", t);
        }
    }

    void close() {
        if (!opened) {
            return;
        }
        opened = false;
        try {
            ((RichFunction) function).close();
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "close()", t);
        }
    }
}

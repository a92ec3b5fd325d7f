package io.millrace.runtime.operator;

import io.millrace.api.function.DefaultOpenContext;
import io.millrace.api.function.Function;
import io.millrace.api.function.RichFunction;
import io.millrace.api.function.RuntimeContext;

/**
 * A function of the user's with the operator it belongs to; opens and closes it if it is rich.
 *
 * <p>Errors: an {@link OperatorFailure} that names the operator and the call.
 */
final class UserFunction {
    private final Function function;
    private final String name;
    private final RuntimeContext context;
    private boolean opened;

    /**
     * @param name the operator's
     */
    UserFunction(Function function, String name, RuntimeContext context) {
        this.function = function;
        this.name = name;
        this.context = context;
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

    /** Without effect unless it was opened, or if it was closed. */
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

package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.function.RichFunction;
import io.millrace.api.type.TypeInformation;

/** Describes a {@link ReducingState}. */
public class ReducingStateDescriptor<T> extends StateDescriptor<ReducingState<T>, T> {
    private static final long serialVersionUID = 1L;

    private final ReduceFunction<T> reduceFunction;

    public ReducingStateDescriptor(String name, ReduceFunction<T> reduceFunction, Class<T> type) {
        this(name, reduceFunction, typeOf(type));
    }

    public ReducingStateDescriptor(
            String name, ReduceFunction<T> reduceFunction, TypeInformation<T> type) {
        super(name, type, null);
        this.reduceFunction = requireNonNull(reduceFunction, "reduceFunction");
        refuseRich(name, reduceFunction);
    }

    static void refuseRich(String name, Object function) {
        if (function instanceof RichFunction) {
            throw new InvalidProgramException(
                    "The function of state '"
                            + name
                            + "' ("
                            + function.getClass().getName()
                            + ") is a rich function, which nobody would open there. Use one that is"
                            + " not rich.");
        }
    }

    public ReduceFunction<T> getReduceFunction() {
        return reduceFunction;
    }

    @Override
    public Type getType() {
        return Type.REDUCING;
    }
}

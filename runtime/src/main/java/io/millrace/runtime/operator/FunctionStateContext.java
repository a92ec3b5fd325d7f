package io.millrace.runtime.operator;

import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.state.OperatorStateStore;
import io.millrace.runtime.checkpoint.RestoredOperator;
import java.util.OptionalLong;

/** Gives a function its state when that is set up. */
record FunctionStateContext(RestoredOperator restored, OperatorStates states)
        implements FunctionInitializationContext {

    @Override
    public boolean isRestored() {
        return restored.isRestored();
    }

    @Override
    public OptionalLong getRestoredCheckpointId() {
        return restored.isRestored()
                ? OptionalLong.of(restored.checkpointId())
                : OptionalLong.empty();
    }

    @Override
    public OperatorStateStore getOperatorStateStore() {
        return states;
    }

    @Override
    public KeyedStateStore getKeyedStateStore() {
        throw new UnsupportedOperationException(
                "Keyed state is asked for in open(), of the runtime context.");
    }
}

package io.millrace.runtime.operator;

import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.state.OperatorStateStore;
import io.millrace.runtime.checkpoint.RestoredOperator;
import java.util.OptionalLong;

/**
 * Gives a function its state when that is set up.
 *
 * @param keyed state of keys, or what refuses to give any
 */
record FunctionStateContext(RestoredOperator restored, OperatorStates states, KeyedStateStore keyed)
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
        return keyed;
    }
}

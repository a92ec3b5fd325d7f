package io.millrace.runtime.operator;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.state.KeyedStateStore;

/** Makes the stores of a worker's keyed operators. */
@FunctionalInterface
public interface KeyedStores {

    /**
     * A store without anything in it, for one operator of one subtask, which closes it.
     *
     * @param operatorName for messages
     */
    KeyedStateStore open(SubtaskContext subtask, String operatorName, TypeInformation<?> keyType);

    /** For what runs operators without any state for keys. */
    static KeyedStores none() {
        return (subtask, operatorName, keyType) -> {
            throw new IllegalStateException(
                    "Operator '" + operatorName + "' needs a store, but there are none here");
        };
    }
}

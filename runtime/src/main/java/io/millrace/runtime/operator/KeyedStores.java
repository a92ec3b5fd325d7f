package io.millrace.runtime.operator;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.state.KeyedStateStore;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** Makes the stores of a worker's keyed operators. */
@FunctionalInterface
public interface KeyedStores {

    /**
     * A store without anything in it, for one operator of one subtask, which closes it.
     *
     * @param operatorName for messages
     */
    KeyedStateStore open(SubtaskContext subtask, String operatorName, TypeInformation<?> keyType);

    /**
     * A file on local disk for what of a subtask does not fit into memory; it goes when it is
     * closed. Null if there is no local disk.
     *
     * @throws IOException if there is no room for one
     */
    default FileChannel localFile(SubtaskContext subtask) throws IOException {
        return null;
    }

    /** For what runs operators without any state for keys. */
    static KeyedStores none() {
        return (subtask, operatorName, keyType) -> {
            throw new IllegalStateException(
                    "Operator '" + operatorName + "' needs a store, but there are none here");
        };
    }
}

package io.millrace.api.state;

import java.util.OptionalLong;

/** What a function is told when its state is set up. */
public interface ManagedInitializationContext {

    /** Whether the state comes from a checkpoint or savepoint. */
    boolean isRestored();

    /** The checkpoint that the state comes from; empty if it comes from none. */
    OptionalLong getRestoredCheckpointId();

    OperatorStateStore getOperatorStateStore();

    /** Refuses to give state on a stream without keys. */
    KeyedStateStore getKeyedStateStore();
}

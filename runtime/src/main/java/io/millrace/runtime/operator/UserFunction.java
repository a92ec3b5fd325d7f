package io.millrace.runtime.operator;

import io.millrace.api.function.DefaultOpenContext;
import io.millrace.api.function.Function;
import io.millrace.api.function.RichFunction;
import io.millrace.api.function.RuntimeContext;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.ListCheckpointed;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.generate.JobClasses;
import java.util.List;

/**
 * A function of the user's with the operator it belongs to; opens and closes it if it is rich,
 * saves and restores what it keeps beside the keys.
 *
 * <p>Errors: an {@link OperatorFailure} that names the operator and the call.
 */
final class UserFunction {
    private final Function function;
    private final String name;
    private final RuntimeContext context;
    private final JobClasses classes;
    private final BroadcastStates broadcast;

    /** What saves and restores the function's own state; null if it has none. */
    private final CheckpointedFunction checkpointed;

    private OperatorStates states;
    private boolean opened;

    /**
     * @param name the operator's
     * @param broadcast states that the operator shares with the function; null if it has none
     */
    UserFunction(
            Function function,
            String name,
            RuntimeContext context,
            JobClasses classes,
            BroadcastStates broadcast) {
        this.function = function;
        this.name = name;
        this.context = context;
        this.classes = classes;
        this.broadcast = broadcast;
        this.checkpointed = checkpointed(function);
    }

    private static CheckpointedFunction checkpointed(Function function) {
        if (function instanceof CheckpointedFunction itself) {
            return itself;
        }
        return function instanceof ListCheckpointed<?> lists ? new ListCheckpoints<>(lists) : null;
    }

    /** Sets the function's state up, whether there is something to restore or not. */
    void restore(RestoredOperator restored) throws Exception {
        if (function instanceof RichFunction rich) {
            try {
                rich.setRuntimeContext(context);
            } catch (Throwable t) {
                throw OperatorFailure.in(name, "setRuntimeContext()", t);
            }
        }
        if (broadcast == null && checkpointed == null) {
            return;
        }
        states = new OperatorStates(name, restored, classes);
        if (broadcast != null) {
            broadcast.restore(states);
        }
        if (checkpointed == null) {
            return;
        }
        try {
            checkpointed.initializeState(new FunctionStateContext(restored, states, context));
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "initializeState()", t);
        }
    }

    void open() {
        if (!(function instanceof RichFunction rich)) {
            return;
        }
        opened = true;
        try {
            rich.open(DefaultOpenContext.INSTANCE);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "open()", t);
        }
    }

    /**
     * @param wallMillis when the checkpoint was triggered
     * @throws OperatorFailure if the function throws: it may have dropped what it could not hand
     *     over, and must begin again from what is stored
     */
    List<SnapshotPart> snapshot(long checkpointId, long wallMillis) throws Exception {
        if (states == null) {
            return List.of();
        }
        if (checkpointed != null) {
            try {
                checkpointed.snapshotState(new FunctionSnapshot(checkpointId, wallMillis));
            } catch (Throwable t) {
                throw OperatorFailure.in(name, "snapshotState()", t);
            }
        }
        return states.snapshot();
    }

    void checkpointComplete(long checkpointId) {
        if (function instanceof CheckpointListener listener) {
            try {
                listener.notifyCheckpointComplete(checkpointId);
            } catch (Throwable t) {
                throw OperatorFailure.in(name, "notifyCheckpointComplete()", t);
            }
        }
    }

    void checkpointAborted(long checkpointId) {
        if (function instanceof CheckpointListener listener) {
            try {
                listener.notifyCheckpointAborted(checkpointId);
            } catch (Throwable t) {
                throw OperatorFailure.in(name, "notifyCheckpointAborted()", t);
            }
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

package io.millrace.runtime.operator;

import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListCheckpointed;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what a {@link ListCheckpointed} returns.
 *
 * <p>Threads: owned by the subtask.
 */
final class ListCheckpoints<T extends Serializable> implements CheckpointedFunction {
    private final ListCheckpointed<T> function;
    private ListState<T> state;

    ListCheckpoints(ListCheckpointed<T> function) {
        this.function = function;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        TypeInformation<T> type =
                TypeExtractor.declaredArgument(function.getClass(), ListCheckpointed.class, 0);
        state =
                context.getOperatorStateStore()
                        .getListState(new ListStateDescriptor<>(ListCheckpointed.STATE, type));
        if (context.isRestored()) {
            List<T> restored = new ArrayList<>();
            state.get().forEach(restored::add);
            function.restoreState(restored);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        List<T> elements =
                function.snapshotState(context.getCheckpointId(), context.getCheckpointTimestamp());
        state.update(elements == null ? List.of() : elements);
    }
}

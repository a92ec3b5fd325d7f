package io.millrace.runtime.graph;

import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.transform.Partitioning;
import io.millrace.runtime.serializer.TypeShape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;

/** What the master is told of an operator, whose functions it never sees. */
final class OperatorDescription {
    private static final int MAX_DEPTH = 4;

    private OperatorDescription() {}

    static JobVertex.Operator of(ChainSpec.ChainedOperator operator) {
        return new JobVertex.Operator(
                operator.uid(),
                operator.name(),
                keyType(operator.body()),
                actsOnCompletion(operator.body(), 0));
    }

    private static String keyType(ChainSpec.Body body) {
        Partitioning.Hash<?, ?> key = null;
        if (body instanceof ChainSpec.Body.Operator operator) {
            key = operator.key();
        } else if (body instanceof ChainSpec.Body.TwoInputs two) {
            key = two.firstKey() != null ? two.firstKey() : two.secondKey();
        }
        return key == null ? "" : TypeShape.text(key.keyType());
    }

    /**
     * Whether a function of the operator hears of complete checkpoints, which may well be seen
     * outside of the job, or its sink commits with them.
     */
    private static boolean actsOnCompletion(Object part, int depth) {
        if (part instanceof CheckpointListener || part instanceof SupportsCommitter) {
            return true;
        }
        if (!(part instanceof Record) || depth == MAX_DEPTH) {
            return false;
        }
        for (RecordComponent component : part.getClass().getRecordComponents()) {
            if (actsOnCompletion(value(part, component), depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private static Object value(Object part, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(part);
        } catch (IllegalAccessException | InvocationTargetException | RuntimeException e) {
            // a record of the user's that cannot be looked into is no function of the engine's
            return null;
        }
    }
}

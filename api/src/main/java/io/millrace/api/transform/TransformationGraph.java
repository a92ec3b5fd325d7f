package io.millrace.api.transform;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.TypeInformation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a program has built so far in one environment.
 *
 * <p>Shape: operators and sinks in the order of their creation. Sources, partitionings and unions
 * are reached from them; alone they do nothing.
 *
 * <p>Threads: owned by the thread that runs the program's main method.
 */
public final class TransformationGraph {
    private final List<Transformation<?>> operators = new ArrayList<>();
    private final Set<Integer> readIds = new HashSet<>();
    private int lastId;

    /** From 1; never given twice, also after {@link #clear}. */
    public int newId() {
        return ++lastId;
    }

    /**
     * Every new node is shown here once.
     *
     * @throws InvalidProgramException if its records cannot be sent on
     */
    public <T extends Transformation<?>> T add(T node) {
        checkWritable(node.name(), node.outputType());
        for (Transformation<?> input : node.inputs()) {
            readIds.add(input.id());
        }
        if (node instanceof OperatorTransformation || node instanceof SinkTransformation) {
            operators.add(node);
        }
        return node;
    }

    /** Refuses a type whose values cannot leave the operator. */
    public static void checkWritable(String operator, TypeInformation<?> outputType) {
        String refusal = outputType.writeRefusal();
        if (refusal != null) {
            throw new InvalidProgramException(
                    "Operator '"
                            + operator
                            + "' emits records of type "
                            + outputType
                            + ", which cannot be sent on: "
                            + refusal);
        }
    }

    /** Whether another node reads this one. */
    public boolean isRead(Transformation<?> node) {
        return readIds.contains(node.id());
    }

    /**
     * The operators and sinks since {@link #clear} that no other operator or sink reads, be it
     * through partitionings and unions; empty if there are none.
     */
    public List<Transformation<?>> leaves() {
        Set<Integer> readByOperators = new HashSet<>();
        Deque<Transformation<?>> open = new ArrayDeque<>();
        for (Transformation<?> operator : operators) {
            open.addAll(operator.inputs());
        }
        while (!open.isEmpty()) {
            Transformation<?> node = open.pop();
            boolean first = readByOperators.add(node.id());
            if (first
                    && (node instanceof PartitionTransformation
                            || node instanceof UnionTransformation)) {
                open.addAll(node.inputs());
            }
        }
        return operators.stream().filter(o -> !readByOperators.contains(o.id())).toList();
    }

    /**
     * The program was handed over; what comes now is the next one, which may read the old nodes.
     */
    public void clear() {
        operators.clear();
    }
}

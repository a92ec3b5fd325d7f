package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.Limits;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.transform.ChainingStrategy;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.TransformationGraph;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;

/**
 * The stream that an operator emits; its setters change that operator.
 *
 * @param <T> type of the records
 */
public class SingleOutputStreamOperator<T> extends DataStream<T> {
    private boolean nonParallel;

    SingleOutputStreamOperator(
            StreamExecutionEnvironment environment, Transformation<T> transformation) {
        super(environment, transformation);
    }

    public String getName() {
        return transformation.name();
    }

    /** For people: in the plan, the metrics and the logs. */
    public SingleOutputStreamOperator<T> name(String name) {
        transformation.setName(name);
        return this;
    }

    /** For state: names the operator in savepoints, whatever else changes in the program. */
    public SingleOutputStreamOperator<T> uid(String uid) {
        transformation.setUid(uid);
        return this;
    }

    /** At least 1; of an operator that is not parallel, 1. */
    public SingleOutputStreamOperator<T> setParallelism(int parallelism) {
        Limits.parallelism(parallelism, described());
        if (nonParallel && parallelism != 1) {
            throw new InvalidProgramException(
                    "The parallelism of "
                            + described()
                            + " was set to "
                            + parallelism
                            + ", but it cannot run in more than one subtask. Leave it at 1 and set"
                            + " the parallelism of the operators after it; a source is parallel if"
                            + " its function implements ParallelSourceFunction.");
        }
        transformation.setParallelism(parallelism);
        return this;
    }

    /** Number of key groups, 1 to 32,768. */
    public SingleOutputStreamOperator<T> setMaxParallelism(int maxParallelism) {
        transformation.setMaxParallelism(Limits.maxParallelism(maxParallelism, described()));
        return this;
    }

    /** Runs in one subtask, and never in more. */
    public SingleOutputStreamOperator<T> forceNonParallel() {
        transformation.setParallelism(1);
        nonParallel = true;
        return this;
    }

    /** Runs on a thread of its own. */
    public SingleOutputStreamOperator<T> disableChaining() {
        transformation.setChaining(ChainingStrategy.NEVER);
        return this;
    }

    /** Is not chained to the operator before it; those after it may be chained to this one. */
    public SingleOutputStreamOperator<T> startNewChain() {
        transformation.setChaining(ChainingStrategy.HEAD);
        return this;
    }

    /**
     * How long records may wait for company before they leave the operator.
     *
     * @param timeoutMillis 0 for not at all, -1 until a buffer is full
     */
    public SingleOutputStreamOperator<T> setBufferTimeout(long timeoutMillis) {
        transformation.setBufferTimeoutMillis(
                Limits.bufferTimeoutMillis(timeoutMillis, described()));
        return this;
    }

    /** Subtasks of operators in different groups never share a slot. */
    public SingleOutputStreamOperator<T> slotSharingGroup(String group) {
        transformation.setSlotSharingGroup(group);
        return this;
    }

    public SingleOutputStreamOperator<T> returns(Class<T> type) {
        return returns(TypeExtractor.forClass(requireNonNull(type, "type")));
    }

    public SingleOutputStreamOperator<T> returns(TypeHint<T> hint) {
        return returns(hint.getTypeInfo());
    }

    /** Says what the compiler erased: the type of the records that the operator emits. */
    public SingleOutputStreamOperator<T> returns(TypeInformation<T> type) {
        if (environment.getTransformations().isRead(transformation)) {
            throw new InvalidProgramException(
                    "returns("
                            + type
                            + ") came too late for "
                            + described()
                            + ": its type is in use by what was added after it. Call returns()"
                            + " right behind the operator.");
        }
        TransformationGraph.checkWritable(getName(), requireNonNull(type, "type"));
        transformation.setOutputType(type);
        return this;
    }

    final String described() {
        return "operator '" + transformation.name() + "'";
    }
}

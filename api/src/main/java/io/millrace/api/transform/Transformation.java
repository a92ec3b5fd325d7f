package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.List;

/**
 * One node of the tree that a program builds: what is to be done, never how it is run.
 *
 * <p>Shape: a transformation knows its inputs; the planner walks from the sinks backwards.
 *
 * <p>Threads: built by the thread that runs the program's main method.
 *
 * @param <T> the type of the elements that leave this node
 */
public abstract sealed class Transformation<T>
        permits SourceTransformation,
                OperatorTransformation,
                TwoInputTransformation,
                SideOutputTransformation,
                PartitionTransformation,
                UnionTransformation,
                SinkTransformation {
    /** Stands for "not set": the planner takes the environment's value. */
    public static final int UNSET = -1;

    /** Stands for "not set" where -1 has a meaning. */
    public static final long BUFFER_TIMEOUT_UNSET = Long.MIN_VALUE;

    private final int id;
    private TypeInformation<T> outputType;
    private String name;
    private String uid;
    private int parallelism = UNSET;
    private int maxParallelism = UNSET;
    private ChainingStrategy chaining = ChainingStrategy.ALWAYS;
    private String slotSharingGroup;
    private long bufferTimeoutMillis = BUFFER_TIMEOUT_UNSET;

    Transformation(int id, String name, TypeInformation<T> outputType) {
        this.id = id;
        this.name = requireNonNull(name, "name");
        this.outputType = requireNonNull(outputType, "outputType");
    }

    /** The nodes this one reads from; empty for a source. */
    public abstract List<Transformation<?>> inputs();

    /** Unique within one environment, given in the order of creation. */
    public final int id() {
        return id;
    }

    public final TypeInformation<T> outputType() {
        return outputType;
    }

    public final void setOutputType(TypeInformation<T> type) {
        this.outputType = requireNonNull(type, "type");
    }

    public final String name() {
        return name;
    }

    public final void setName(String name) {
        this.name = requireNonNull(name, "name");
    }

    /** The user's stable name for the operator's state, or null. */
    public final String uid() {
        return uid;
    }

    public final void setUid(String uid) {
        this.uid = requireNonNull(uid, "uid");
    }

    /** At least 1, or {@link #UNSET}. */
    public final int parallelism() {
        return parallelism;
    }

    public final void setParallelism(int parallelism) {
        this.parallelism = parallelism;
    }

    /** Number of key groups, 1 to 32,768, or {@link #UNSET}. */
    public final int maxParallelism() {
        return maxParallelism;
    }

    public final void setMaxParallelism(int maxParallelism) {
        this.maxParallelism = maxParallelism;
    }

    public final ChainingStrategy chaining() {
        return chaining;
    }

    public final void setChaining(ChainingStrategy chaining) {
        this.chaining = requireNonNull(chaining, "chaining");
    }

    /** The slot sharing group, or null for that of the inputs. */
    public final String slotSharingGroup() {
        return slotSharingGroup;
    }

    public final void setSlotSharingGroup(String group) {
        this.slotSharingGroup = requireNonNull(group, "group");
    }

    /**
     * How long records may wait for company before they leave the operator, in milliseconds; 0 for
     * not at all, -1 until a buffer is full, {@link #BUFFER_TIMEOUT_UNSET} for the environment's.
     */
    public final long bufferTimeoutMillis() {
        return bufferTimeoutMillis;
    }

    public final void setBufferTimeoutMillis(long timeoutMillis) {
        this.bufferTimeoutMillis = timeoutMillis;
    }
}

package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Limits;
import io.millrace.api.transform.ChainingStrategy;
import io.millrace.api.transform.SinkTransformation;

/**
 * Where a stream leaves the job; its setters change that operator.
 *
 * @param <T> type of the records
 */
public class DataStreamSink<T> {
    private final SinkTransformation<T> transformation;

    DataStreamSink(SinkTransformation<T> transformation) {
        this.transformation = requireNonNull(transformation, "transformation");
    }

    public SinkTransformation<T> getTransformation() {
        return transformation;
    }

    /** For people: in the plan, the metrics and the logs. */
    public DataStreamSink<T> name(String name) {
        transformation.setName(name);
        return this;
    }

    /** For state: names the operator in savepoints, whatever else changes in the program. */
    public DataStreamSink<T> uid(String uid) {
        transformation.setUid(uid);
        return this;
    }

    /** At least 1. */
    public DataStreamSink<T> setParallelism(int parallelism) {
        transformation.setParallelism(Limits.parallelism(parallelism, described()));
        return this;
    }

    /** Number of key groups, 1 to 32,768. */
    public DataStreamSink<T> setMaxParallelism(int maxParallelism) {
        transformation.setMaxParallelism(Limits.maxParallelism(maxParallelism, described()));
        return this;
    }

    /** Runs on a thread of its own. */
    public DataStreamSink<T> disableChaining() {
        transformation.setChaining(ChainingStrategy.NEVER);
        return this;
    }

    /** Subtasks of operators in different groups never share a slot. */
    public DataStreamSink<T> slotSharingGroup(String group) {
        transformation.setSlotSharingGroup(group);
        return this;
    }

    private String described() {
        return "sink '" + transformation.name() + "'";
    }
}

package io.millrace.api.stream;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.transform.SourceTransformation;

/**
 * The stream that a source emits.
 *
 * @param <T> type of the records
 */
public class DataStreamSource<T> extends SingleOutputStreamOperator<T> {
    private final boolean parallel;

    /**
     * For environments; programs call their methods.
     *
     * @param parallel whether several subtasks may run the source
     */
    public DataStreamSource(
            StreamExecutionEnvironment environment,
            SourceTransformation<T> transformation,
            boolean parallel) {
        super(environment, transformation);
        this.parallel = parallel;
        if (!parallel) {
            super.forceNonParallel();
        }
    }

    public boolean isParallel() {
        return parallel;
    }

    @Override
    public DataStreamSource<T> setParallelism(int parallelism) {
        super.setParallelism(parallelism);
        return this;
    }

    @Override
    public DataStreamSource<T> name(String name) {
        super.name(name);
        return this;
    }

    @Override
    public DataStreamSource<T> uid(String uid) {
        super.uid(uid);
        return this;
    }
}

package io.millrace.runtime.graph;

import io.millrace.api.time.WatermarkAlignmentParams;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A chain of operators that runs in one thread in each of its subtasks.
 *
 * @param name names of the chained operators, e.g. {@code Source: words -> count}
 * @param parallelism number of subtasks, at least 1
 * @param maxParallelism number of key groups, at least the parallelism, at most 32,768
 * @param slotSharingGroup subtasks of vertices of one group may share a slot
 * @param chain the serialized operators, read only by the worker with the user's class loader
 * @param inputs files that sources in the chain read
 * @param outputs folders that sinks in the chain write
 * @param operators of the chain, in its order
 * @param coordinators sources in the chain whose splits are dealt out in the master
 */
public record JobVertex(
        int id,
        String name,
        int parallelism,
        int maxParallelism,
        String slotSharingGroup,
        byte[] chain,
        List<FileInput> inputs,
        List<FileOutput> outputs,
        List<Operator> operators,
        List<Coordinator> coordinators)
        implements Serializable {
    public JobVertex {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        operators = List.copyOf(operators);
        coordinators = List.copyOf(coordinators);
    }

    /** A vertex of whose operators nothing is known, so that it begins with no state. */
    public JobVertex(
            int id,
            String name,
            int parallelism,
            int maxParallelism,
            String slotSharingGroup,
            byte[] chain,
            List<FileInput> inputs,
            List<FileOutput> outputs) {
        this(
                id,
                name,
                parallelism,
                maxParallelism,
                slotSharingGroup,
                chain,
                inputs,
                outputs,
                List.of());
    }

    /** A vertex without coordinators. */
    public JobVertex(
            int id,
            String name,
            int parallelism,
            int maxParallelism,
            String slotSharingGroup,
            byte[] chain,
            List<FileInput> inputs,
            List<FileOutput> outputs,
            List<Operator> operators) {
        this(
                id,
                name,
                parallelism,
                maxParallelism,
                slotSharingGroup,
                chain,
                inputs,
                outputs,
                operators,
                List.of());
    }

    /**
     * An operator, as the master knows it.
     *
     * @param uid by which its state is found again
     * @param keyType the shape of what its state is kept by; empty without keys
     * @param actsOnCompletion whether it may do something outside of the job when a checkpoint is
     *     complete, so that the job must not go back behind that one
     */
    public record Operator(String uid, String name, String keyType, boolean actsOnCompletion)
            implements Serializable {}

    /**
     * Files read by a source.
     *
     * @param operator number of the operator in the job
     * @param path file, folder or glob
     */
    public record FileInput(int operator, String path) implements Serializable {}

    /**
     * A folder written by a sink.
     *
     * @param operator number of the operator in the job
     * @param overwrite whether what is there before is replaced
     */
    public record FileOutput(int operator, String path, boolean overwrite)
            implements Serializable {}

    /**
     * A source whose splits are dealt out in the master.
     *
     * @param uid of its operator
     * @param name of its operator
     * @param source serialized, read with the user's class loader
     * @param alignment whether and how it waits for other sources
     */
    public record Coordinator(String uid, String name, byte[] source, Alignment alignment)
            implements Serializable {}

    /**
     * How far a source may run ahead of the slowest of its group.
     *
     * @param group empty if it waits for nobody
     * @param updateMillis from report to report of a reader
     */
    public record Alignment(String group, long maxDriftMillis, long updateMillis)
            implements Serializable {
        public static final Alignment NONE = new Alignment("", Long.MAX_VALUE, 0);

        private static final long LEAST_PATIENCE_MILLIS = TimeUnit.MINUTES.toMillis(1);

        /** What a strategy of the user's says. */
        public static Alignment of(WatermarkAlignmentParams params) {
            return params.isEnabled()
                    ? new Alignment(
                            params.getWatermarkGroup(),
                            params.getMaxAllowedWatermarkDrift(),
                            params.getUpdateInterval())
                    : NONE;
        }

        public boolean isEnabled() {
            return !group.isEmpty();
        }

        /**
         * For how long a reader waits for news, and news of a reader are waited for: ten updates, a
         * minute at least, which is longer than a master usually takes to be followed by another.
         */
        public long patienceMillis() {
            return Math.max(LEAST_PATIENCE_MILLIS, 10 * updateMillis);
        }
    }
}

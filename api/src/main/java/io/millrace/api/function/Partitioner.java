package io.millrace.api.function;

/**
 * Says which subtask gets the records with a key.
 *
 * @param <K> type of the keys
 */
@FunctionalInterface
public interface Partitioner<K> extends Function {
    /**
     * @param key as the key selector gave it
     * @param numPartitions subtasks that read the stream
     * @return 0 to {@code numPartitions - 1}
     */
    int partition(K key, int numPartitions);
}

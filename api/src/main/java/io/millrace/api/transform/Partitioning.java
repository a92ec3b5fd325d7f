package io.millrace.api.transform;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.Partitioner;
import io.millrace.api.type.TypeInformation;
import java.io.Serializable;

/**
 * How the records of one subtask are divided among the subtasks that read them.
 *
 * @param <T> type of the records
 */
public sealed interface Partitioning<T> extends Serializable {

    /** The word for the plan, e.g. {@code HASH}. */
    String word();

    /** Subtask i to subtask i; both sides have the same parallelism. */
    record Forward<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "FORWARD";
        }
    }

    /** Round robin over all readers. */
    record Rebalance<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "REBALANCE";
        }
    }

    /**
     * Round robin over a few readers near by: each writer has its own part of the readers, or the
     * reverse.
     */
    record Rescale<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "RESCALE";
        }
    }

    /** To a reader by chance, evenly. */
    record Shuffle<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "SHUFFLE";
        }
    }

    /** To every reader. */
    record Broadcast<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "BROADCAST";
        }
    }

    /** To the first reader. */
    record Global<T>() implements Partitioning<T> {
        @Override
        public String word() {
            return "GLOBAL";
        }
    }

    /** By the key group of the record's key. */
    record Hash<T, K>(KeySelector<T, K> key, TypeInformation<K> keyType)
            implements Partitioning<T> {
        @Override
        public String word() {
            return "HASH";
        }
    }

    /** To the reader that a partitioner of the user's names for the record's key. */
    record Custom<T, K>(Partitioner<K> partitioner, KeySelector<T, K> key)
            implements Partitioning<T> {
        @Override
        public String word() {
            return "CUSTOM";
        }
    }
}

package io.millrace.runtime.exchange;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.Partitioner;
import java.util.SplittableRandom;

/**
 * Says which reader gets a record.
 *
 * <p>Threads: owned by the writing subtask.
 */
@FunctionalInterface
public interface ChannelSelector {
    /** Every reader gets the record. */
    int ALL = -1;

    /** Index of the channel, or {@link #ALL}. */
    int select(Object value) throws Exception;

    /** The only channel, or the first of several. */
    static ChannelSelector first() {
        return value -> 0;
    }

    static ChannelSelector all() {
        return value -> ALL;
    }

    /**
     * In turn.
     *
     * @param start the channel to begin with, so that several writers do not begin with the same
     *     one
     */
    static ChannelSelector roundRobin(int channels, int start) {
        return new ChannelSelector() {
            private int next = start % channels;

            @Override
            public int select(Object value) {
                int at = next;
                next = at + 1 == channels ? 0 : at + 1;
                return at;
            }
        };
    }

    /** Evenly by chance. */
    static ChannelSelector random(int channels, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return value -> random.nextInt(channels);
    }

    /** By a partitioner of the user's; a number that is none of the channels is refused. */
    static <T, K> ChannelSelector byPartitioner(
            Partitioner<?> partitioner, KeySelector<T, K> selector, int channels) {
        @SuppressWarnings("unchecked") // the graph was built with a partitioner of K
        Partitioner<K> typed = (Partitioner<K>) partitioner;
        return value -> {
            @SuppressWarnings("unchecked") // the graph was built from a stream of T
            int channel = typed.partition(selector.getKey((T) value), channels);
            if (channel < 0 || channel >= channels) {
                throw new IllegalArgumentException(
                        "The partitioner "
                                + typed.getClass().getName()
                                + " sent a record to partition "
                                + channel
                                + ", but there are "
                                + channels
                                + ": it has to return 0 to "
                                + (channels - 1)
                                + ".");
            }
            return channel;
        };
    }
}

package io.millrace.testkit.harness;

/**
 * A record that has come out of an operator.
 *
 * @param timestamp in milliseconds; null if it has none
 * @param <T> type of the value
 */
public record StreamRecord<T>(T value, Long timestamp) {

    /** One without a timestamp. */
    public StreamRecord(T value) {
        this(value, null);
    }

    @Override
    public String toString() {
        return value + " @" + timestamp;
    }
}

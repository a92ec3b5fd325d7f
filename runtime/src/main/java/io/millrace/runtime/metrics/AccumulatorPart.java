package io.millrace.runtime.metrics;

import static java.util.Objects.requireNonNull;

/**
 * One subtask's part of an accumulator. The class is the user's, perhaps, so that engine processes
 * carry it as bytes.
 *
 * @param name under which the function has added it
 * @param className of the accumulator
 * @param bytes the accumulator, as Java serialization writes it
 * @param text the part's own result for people, bounded
 */
public record AccumulatorPart(String name, String className, byte[] bytes, String text) {
    public AccumulatorPart {
        requireNonNull(name, "name");
        requireNonNull(className, "className");
        requireNonNull(bytes, "bytes");
        requireNonNull(text, "text");
    }
}

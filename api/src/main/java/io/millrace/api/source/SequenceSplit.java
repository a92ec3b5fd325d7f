package io.millrace.api.source;

/**
 * Every so many-th number of a range, as far as they are left.
 *
 * @param part number of the split among those that make up the range, from 0
 * @param next the first number that is left
 * @param last no number is above it
 * @param step from one number to the next, at least 1
 */
public record SequenceSplit(int part, long next, long last, long step) implements SourceSplit {

    @Override
    public String splitId() {
        return Integer.toString(part);
    }
}

package io.millrace.runtime.state;

/**
 * The key groups of one subtask.
 *
 * @param first at least 0
 * @param last inclusive
 */
public record KeyGroupRange(int first, int last) {
    public KeyGroupRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("Key groups " + first + " to " + last);
        }
    }

    /**
     * The range of one subtask; every key group is in exactly one.
     *
     * @param parallelism at most {@code maxParallelism}
     */
    public static KeyGroupRange of(int subtask, int maxParallelism, int parallelism) {
        return new KeyGroupRange(
                begin(subtask, maxParallelism, parallelism),
                begin(subtask + 1, maxParallelism, parallelism) - 1);
    }

    private static int begin(int subtask, int maxParallelism, int parallelism) {
        return (int) (((long) subtask * maxParallelism + parallelism - 1) / parallelism);
    }

    public boolean contains(int keyGroup) {
        return keyGroup >= first && keyGroup <= last;
    }

    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + " to " + last;
    }
}

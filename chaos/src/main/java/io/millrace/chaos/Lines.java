package io.millrace.chaos;

/** The lines that the job writes: one form for the job and for the check. */
final class Lines {
    /** How many events of a key there are between two lines about its running sum. */
    static final long EVENTS_PER_SUM = 1_000;

    private static final String SESSION = "session ";

    private Lines() {}

    /** A session of a key is over. */
    static String session(long key, long startMillis, long endMillis, long count, long sum) {
        return SESSION + key + ' ' + startMillis + ' ' + endMillis + ' ' + count + ' ' + sum;
    }

    /** A key has had some more events. */
    static String sum(long key, long count, long sum) {
        return "sum " + key + ' ' + count + ' ' + sum;
    }

    static boolean isSession(String line) {
        return line.startsWith(SESSION);
    }

    /**
     * The number of a line's field: 1 the key, 4 the count of a session.
     *
     * @throws IllegalArgumentException if it is no line of ours
     */
    static long field(String line, int field) {
        String[] words = line.split(" ");
        if (words.length != (isSession(line) ? 6 : 4)) {
            throw new IllegalArgumentException("not a line of the job: '" + line + "'");
        }
        try {
            return Long.parseLong(words[field]);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a line of the job: '" + line + "'", e);
        }
    }
}

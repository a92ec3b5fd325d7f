package io.millrace.runtime.state;

/**
 * Reads what a calendar's next keys have in tables, some keys at a time and nothing but the first
 * bytes of each thing: the processor waits for several lines of memory at once, where it would wait
 * for one after the other if each key were worked on by itself.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class ReadsAhead {
    /** As many as a processor has misses under way, or a little more. */
    private static final int KEYS = 16;

    private final Calendar calendar;
    private final CalendarState.Reads reads;
    private final StateDefinition members;
    private final StateDefinition panes;
    private final DerivedCells<?> array;
    private final int firstKeyGroup;

    private final long[] words = new long[KEYS];
    private final int[] groups = new int[KEYS];
    private final long[] hashes = new long[KEYS];

    /** Keys to be taken out whose memory was read. */
    private int left;

    /** Of all that was read, so that it is not left out. */
    private long sum;

    /**
     * @param members of the calendar
     */
    ReadsAhead(
            Calendar calendar,
            CalendarState.Reads reads,
            StateDefinition members,
            StateDefinition panes,
            int firstKeyGroup) {
        this.calendar = calendar;
        this.reads = reads;
        this.members = members;
        this.panes = panes;
        this.array = (DerivedCells<?>) reads.array();
        this.firstKeyGroup = firstKeyGroup;
    }

    /** To be called before each key of a calendar that has one. */
    void beforeTake(long order) {
        if (left == 0) {
            left = calendar.next(words, groups);
            read(order, left);
        }
        if (left > 0) {
            left--;
        }
    }

    private void read(long order, int count) {
        long pane = reads.pane(order);
        long nextOrder = reads.nextOrder(order);
        long read = 0;
        for (int i = 0; i < count; i++) {
            long hash = Hashing.number(words[i]);
            int at = groups[i] - firstKeyGroup;
            read += touch(members.paneTables[at], order, hash);
            read += touch(members.paneTables[at], nextOrder, hash);
            read += touch(panes.paneTables[at], pane, hash);
            if (array != null) {
                read += array.touch(hash);
            }
            hashes[i] = hash;
        }
        if (array != null) {
            int element = reads.element(order);
            for (int i = 0; i < count; i++) {
                read += array.touch(words[i], hashes[i], element);
            }
        }
        sum += read;
    }

    private static int touch(PaneTables tables, long pane, long keyHash) {
        return tables == null ? 0 : tables.touch(pane, EntryTable.hash(keyHash, pane, true));
    }
}

package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.Arrays;

/**
 * Which page of a directory goes to disk next: a hand goes round over the directory and marks
 * pages, the next use of a page takes its mark away, and one that still has it when the hand comes
 * again goes.
 *
 * <p>Format: in memory only, of the directories of {@link EntryTable} and {@link LogIndex}, which
 * are extendible hash tables: a page of depth <i>d</i> is in 2<sup>depth - <i>d</i></sup> entries
 * of a directory, one behind the other, and has its depth at {@link #DEPTH}. The lowest bits of an
 * entry ({@link #FLAGS}) are 0 in the address of a page, so that a page in use is known by one look
 * at its entry, which each access takes anyway. {@value #MARKED} is set if the page may go, and
 * {@value #ON_DISK} if it is on disk; what stands in the other bits is then the owner's own.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class SecondChance {
    static final int MARKED = 1;
    static final int ON_DISK = 2;
    static final int FLAGS = 7;

    /** Where a page has its depth. */
    static final int DEPTH = 4;

    /** Pages looked at in one go for one that can go to disk. */
    private static final int LOOKS = 8;

    private int hand;

    /**
     * The place in the directory of a page that goes now, in turn; -1 if those that were looked at
     * had been used, and were marked.
     *
     * @param depth of the directory
     */
    int next(long[] directory, int depth) {
        int looks = 0;
        for (int i = 0; i < directory.length && looks < LOOKS; i++) {
            int at = Math.floorMod(hand, directory.length);
            long found = directory[at];
            if ((found & ON_DISK) != 0) {
                hand++;
                continue;
            }
            looks++;
            long page = found & ~FLAGS;
            hand = (at | entries(page, depth) - 1) + 1;
            if ((found & MARKED) != 0) {
                return at;
            }
            setAll(directory, depth, at, page, page | MARKED);
        }
        return -1;
    }

    /** In how many entries of a directory a page is. */
    static int entries(long page, int depth) {
        return 1 << (depth - Memory.getInt(page + DEPTH));
    }

    /**
     * Sets all entries of a page.
     *
     * @param depth of the directory
     * @param at one of them
     * @param page where it lies in memory
     */
    static void setAll(long[] directory, int depth, int at, long page, long entry) {
        int count = entries(page, depth);
        int from = at & -count;
        Arrays.fill(directory, from, from + count, entry);
    }
}

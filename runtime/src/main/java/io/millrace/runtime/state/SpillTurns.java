package io.millrace.runtime.state;

import io.millrace.runtime.memory.MemoryBudget;
import java.util.Collection;
import java.util.List;

/**
 * Which parts of a store go to disk when its memory is short: one key group after the other, a
 * segment of its log and a page of each of its tables, with some late timers and some of each
 * calendar's order; and, when none of these can go, pages of indexes and at last the segments that
 * are appended to.
 *
 * <p>Threads: owned by the subtask's thread, and called when nobody holds an address.
 *
 * <p>Errors: {@link StateException} if the disk does not take something, which stays where it was.
 */
final class SpillTurns {
    /** Segments and pages that go between two operations. */
    private static final int AT_A_TIME = 16;

    private final Spill spill;
    private final MemoryBudget memory;
    private final EntryLog[] logs;
    private final List<StateDefinition> states;
    private final Collection<StoredCalendar> calendars;
    private int turn;

    /**
     * @param logs by key group, null where there is none; this and the others are the store's own,
     *     and seen as they are at any time
     */
    SpillTurns(
            Spill spill,
            MemoryBudget memory,
            EntryLog[] logs,
            List<StateDefinition> states,
            Collection<StoredCalendar> calendars) {
        this.spill = spill;
        this.memory = memory;
        this.logs = logs;
        this.states = states;
        this.calendars = calendars;
    }

    /** Moves some of the state, unless there is memory enough again. */
    void relieve() {
        relieve(spill.reliefBytes(), AT_A_TIME);
    }

    /** Makes room for a value if it is large. */
    void makeRoom(int bytes) {
        if (bytes > Spill.LARGE_VALUE_BYTES && spill.mayGo()) {
            relieve(4L * bytes, Integer.MAX_VALUE);
        }
    }

    private void relieve(long freeBytes, int atMost) {
        spill.reserveFrames();
        int gone = 0;
        // twice, since what is found in the first round may be no more than marked
        for (int looks = 0; looks < 2 * logs.length && (gone < atMost || !spill.hasBlock()); ) {
            if (memory.freeBytes() >= freeBytes && spill.hasBlock()) {
                spill.rest();
                return;
            }
            int goes = next();
            gone += goes;
            looks = goes > 0 ? 0 : looks + 1;
        }
        if (gone == 0) {
            gone = indexes(AT_A_TIME);
        }
        while (!spill.hasBlock() && (indexes(AT_A_TIME) > 0 || rests(AT_A_TIME) > 0)) {
            gone++;
        }
        if (gone == 0) {
            spill.rest(); // nothing can go before more is written
        }
    }

    /** Moves something, however much is free; false if nothing can go. */
    boolean spillSome() {
        if (!spill.mayGo()) {
            return false;
        }
        for (int looks = 0; looks < 2 * logs.length; looks++) {
            if (next() > 0) {
                return true;
            }
        }
        return indexes(logs.length) > 0 || rests(logs.length) > 0;
    }

    /** Returns how many pieces of the next key group have gone. */
    private int next() {
        int group = Math.floorMod(turn++, logs.length);
        int gone = logs[group] != null && logs[group].spill() ? 1 : 0;
        for (StateDefinition state : states) {
            if (state.spillTables(group)) {
                gone++;
            }
            if (state.order != null && state.order.spill(state)) {
                gone++;
            }
        }
        for (StoredCalendar calendar : calendars) {
            if (calendar.spill()) {
                gone++;
            }
        }
        return gone;
    }

    /** Segments that would stay for the time being, if there were memory for them. */
    private int rests(int atMost) {
        int gone = 0;
        for (int looks = 0; looks < logs.length && gone < atMost; looks++) {
            EntryLog log = logs[Math.floorMod(turn++, logs.length)];
            if (log != null && log.spillRest()) {
                gone++;
            }
        }
        return gone;
    }

    private int indexes(int atMost) {
        int gone = 0;
        for (int looks = 0; looks < 2 * logs.length && gone < atMost; looks++) {
            EntryLog log = logs[Math.floorMod(turn++, logs.length)];
            if (log != null && log.spillIndex()) {
                gone++;
            }
        }
        return gone;
    }

    /** What to add to a message that memory is used up; empty if nothing has gone. */
    String told() {
        if (spill.usedBytes() == 0) {
            return "";
        }
        long indexBytes = 0;
        for (EntryLog log : logs) {
            indexBytes += log == null ? 0 : log.indexBytes();
        }
        return " Of the state "
                + spill.usedBytes()
                + " bytes have gone to local disk (io.tmp.dirs), and nothing more can go now: of"
                + " what is in memory "
                + indexBytes
                + " bytes are indexes, and each key group needs room for a segment and a page of"
                + " each of its tables.";
    }
}

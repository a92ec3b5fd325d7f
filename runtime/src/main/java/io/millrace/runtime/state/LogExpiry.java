package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Removes what has expired from an {@link EntryLog} although nobody asks for it, a segment in
 * memory and one on disk at a time.
 *
 * <p>Threads: owned by the subtask's thread; nobody may hold an address.
 */
final class LogExpiry {
    private final StoreMemory store;
    private final EntryLog log;

    LogExpiry(StoreMemory store, EntryLog log) {
        this.store = store;
        this.log = log;
    }

    /**
     * Looks through segments.
     *
     * @param turn counts the calls, and tells which segments
     */
    void remove(int turn) {
        if (log.segmentsOnDisk() > 0) {
            removeOnDisk(Math.floorMod(turn, log.segmentsOnDisk()));
        }
        if (log.segmentsInMemory() > 0) {
            removeInMemory(Math.floorMod(turn, log.segmentsInMemory()));
        }
    }

    private void removeInMemory(int place) {
        List<Long> expired = new ArrayList<>();
        log.forEachInMemory(
                place,
                at -> {
                    if (hasExpired(at) && !isNeededByLaterPieces(at)) {
                        expired.add(at);
                    }
                });
        // removing moves nothing
        for (long at : expired) {
            log.remove(state(at), at);
        }
    }

    /**
     * They come back to be removed, after all have been found: finding one reads from disk, too.
     */
    private void removeOnDisk(int number) {
        List<byte[]> expired = new ArrayList<>();
        List<StateDefinition> states = new ArrayList<>();
        List<Integer> keyLengths = new ArrayList<>();
        log.forEachOnDisk(
                number,
                at -> {
                    if (hasExpired(at)) {
                        StateDefinition state = state(at);
                        byte[] full = new byte[LogEntry.fullLength(at)];
                        Memory.copy(LogEntry.full(at, state), full, 0, full.length);
                        expired.add(full);
                        states.add(state);
                        keyLengths.add(LogEntry.keyLength(at));
                    }
                });
        for (int i = 0; i < expired.size(); i++) {
            long at = find(states.get(i), expired.get(i), keyLengths.get(i));
            if (at != 0 && hasExpired(at) && !isNeededByLaterPieces(at)) {
                log.remove(states.get(i), at);
            }
        }
    }

    private StateDefinition state(long at) {
        return store.state(LogEntry.stateId(at));
    }

    private boolean hasExpired(long at) {
        if (!LogEntry.isLive(at)) {
            return false;
        }
        StateDefinition state = state(at);
        return state.shape().hasStamp() && store.isExpired(state.id(), LogEntry.stamp(at));
    }

    private long find(StateDefinition state, byte[] full, int keyLength) {
        long hash =
                LogEntry.hash(
                        store.keyHash(full, keyLength), state.id(), full, keyLength, full.length);
        return log.find(hash, state, full, full.length);
    }

    /** Whether an entry is the first piece of a list whose last piece is alive. */
    private boolean isNeededByLaterPieces(long at) {
        StateDefinition state = state(at);
        if (state.shape().kind() != StateDefinition.Kind.LIST) {
            return false;
        }
        byte[] full = new byte[LogEntry.fullLength(at)];
        Memory.copy(LogEntry.full(at, state), full, 0, full.length);
        int numberAt = full.length - Integer.BYTES;
        if (RecordBytes.getInt(full, numberAt) != 0) {
            return false; // a later piece
        }
        int pieces = LogEntry.getHead(LogEntry.value(at, state));
        byte[] last = Arrays.copyOf(full, full.length);
        RecordBytes.setInt(last, numberAt, pieces - 1);
        long found = find(state, last, LogEntry.keyLength(at));
        return found != 0 && LogEntry.isLive(found) && !hasExpired(found);
    }
}

package io.millrace.runtime.state;

import io.millrace.runtime.serializer.RecordOutput;
import java.util.List;

/**
 * Reads what the next keys have in memory before their turn comes, some keys at a time and nothing
 * but the first bytes of each thing: the processor waits for many lines of memory at once, where it
 * would wait for one after the other if each record were worked on by itself. Nothing changes by
 * it, and what a key really has is looked up when it is its turn.
 *
 * <p>Only for values and lists without namespaces that were looked up for the keys before;
 * otherwise, and as long as all state may well be in the processor's cache, there is nothing to do.
 * After Chen et al., "Improving Hash Join Performance through Prefetching", ICDE 2004, section 4
 * (group prefetching), with plain reads.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class KeysAhead {
    /** As many as a processor has misses under way, or a little more. */
    public static final int KEYS = 16;

    /** Less is in the cache, or about to be. */
    static final long LEAST_BYTES = 2 << 20;

    private static final int MOST_STATES = 4;

    private final BinaryStateStore store;
    private final KeyCodec codec;
    private final List<StateDefinition> states;
    private final EntryLog[] logs;
    private final int firstKeyGroup;
    private final long leastBytes;
    private final RecordOutput output = new RecordOutput(64);

    private final StateDefinition[] lookedUp = new StateDefinition[MOST_STATES];
    private int stateCount;

    private final int[] groups = new int[KEYS];
    private final long[] hashes = new long[KEYS];
    private int count;

    /** Of all that was read, so that it is not left out. */
    private long sum;

    /**
     * @param states those of the store, as they are at any time
     * @param leastBytes with less in memory, there is nothing to read
     */
    KeysAhead(
            BinaryStateStore store,
            KeyCodec codec,
            List<StateDefinition> states,
            int firstKeyGroup,
            long leastBytes) {
        this.store = store;
        this.codec = codec;
        this.states = states;
        this.logs = store.parts().logs();
        this.firstKeyGroup = firstKeyGroup;
        this.leastBytes = leastBytes;
    }

    /** Whether there is something to read; then come keys, and {@link #read}. */
    public boolean begin() {
        count = 0;
        stateCount = 0;
        if (store.memoryBytes() < leastBytes) {
            return false;
        }
        for (int i = 0; i < states.size(); i++) {
            StateDefinition state = states.get(i);
            if (state.takeLookedUp() && stateCount < MOST_STATES) {
                lookedUp[stateCount++] = state;
            }
        }
        return stateCount > 0;
    }

    /**
     * Adds one of at most {@value #KEYS} keys.
     *
     * @throws StateException as {@link KeyedStateStore#setCurrentKey} does
     */
    public void add(Object key) {
        int group = codec.group(key);
        codec.check(key, group);
        long hash;
        if (codec.isFixed()) {
            hash = Hashing.number(codec.toNumber(key));
        } else {
            output.truncate(0);
            codec.write(key, output);
            hash = Hashing.bytes(output.bytes(), 0, output.length());
        }
        groups[count] = group - firstKeyGroup;
        hashes[count] = hash;
        count++;
    }

    /** Reads for the keys that were added. */
    public void read() {
        long read = 0;
        for (int s = 0; s < stateCount; s++) {
            StateDefinition state = lookedUp[s];
            read += state.isTable() ? readTables(state) : readLogs(state);
        }
        sum += read;
    }

    private long readTables(StateDefinition state) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            EntryTable table = state.tables[groups[i]];
            read += table == null ? 0 : table.touch(hashes[i]);
        }
        return read;
    }

    private long readLogs(StateDefinition state) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            EntryLog log = logs[groups[i]];
            read += log == null ? 0 : log.touchIndex(hash(i, state));
        }
        for (int i = 0; i < count; i++) {
            EntryLog log = logs[groups[i]];
            read += log == null ? 0 : log.touchEntry(hash(i, state));
        }
        return read;
    }

    private long hash(int key, StateDefinition state) {
        return LogEntry.hash(hashes[key], state.id(), state.firstRestHash());
    }
}

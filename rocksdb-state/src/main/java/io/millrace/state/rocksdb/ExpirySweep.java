package io.millrace.state.rocksdb;

import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateDefinition.Kind;

/**
 * Removes what has expired although nobody asks for it: goes round and round through the entries
 * with a time to live, some at a time, while others are written.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class ExpirySweep {
    private final RocksStateStore store;
    private final KeyGroupRange groups;
    private int group;
    private int state;

    /** Where to go on in the state; null: at its begin. */
    private byte[] from;

    ExpirySweep(RocksStateStore store, KeyGroupRange groups) {
        this.store = store;
        this.groups = groups;
        this.group = groups.first();
    }

    /**
     * Looks at some entries.
     *
     * @param entries no more than these; nor at more than the empty begins of as many states
     */
    void run(int entries) {
        int left = entries;
        while (left > 0) {
            State of = store.states().get(state);
            left = of.ttl().isOn() ? left - lookAt(of, left) - 1 : left - 1;
            if (left > 0) {
                goOn();
            }
        }
    }

    private void goOn() {
        from = null;
        if (++state == store.states().size()) {
            state = 0;
            group = group == groups.last() ? groups.first() : group + 1;
        }
    }

    /**
     * @return how many were looked at
     */
    private int lookAt(State of, int atMost) {
        long now = store.nowMillis();
        int seen = 0;
        try (Database.Scan scan = store.scan(group, of)) {
            if (from != null) {
                scan.seek(from);
            }
            for (; scan.isValid() && seen < atMost; scan.next()) {
                seen++;
                byte[] key = scan.key();
                byte[] entry = scan.value();
                if (isExpired(of, entry, now) && !isNeededByLaterPieces(of, key, entry, now)) {
                    store.increments().note(key, key.length);
                    store.database().delete(Database.Family.ENTRIES, key, key.length);
                    store.onWritten();
                }
            }
            from = scan.isValid() ? scan.key() : null;
        }
        return seen;
    }

    private static boolean isExpired(State of, byte[] entry, long nowMillis) {
        return of.ttl().isExpired(RecordBytes.getLong(entry, Cell.EPOCH_BYTES), nowMillis);
    }

    /** Whether an entry is the first piece of a list whose last piece is alive. */
    private boolean isNeededByLaterPieces(State of, byte[] key, byte[] entry, long nowMillis) {
        int numberAt = key.length - Integer.BYTES;
        if (!of.is(Kind.LIST) || RecordBytes.getInt(key, numberAt) != 0) {
            return false;
        }
        int pieces = RecordBytes.getInt(entry, Cell.valueAt(of));
        byte[] last = key.clone();
        RecordBytes.setInt(last, numberAt, pieces - 1);
        byte[] head = new byte[Cell.valueAt(of)];
        return store.database().get(last, last.length, head) >= 0
                && !isExpired(of, head, nowMillis);
    }
}

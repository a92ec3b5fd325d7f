package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.TypeShape;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables and logs that the state of a store lies in, by key group, and what goes over many of
 * them: looking for keys, removing what has expired, taking a snapshot, giving memory back.
 *
 * <p>A table belongs to a state and hangs on its {@link StateDefinition}; the log of a key group
 * has the entries of all states that have none. Both are made when they are first written to.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class StateParts {
    private final StoreMemory store;

    /** As they are at any time. */
    private final List<StateDefinition> states;

    private final int firstKeyGroup;
    private final EntryLog[] logs;

    /**
     * @param states of the store, seen as they are at any time
     */
    StateParts(StoreMemory store, List<StateDefinition> states, KeyGroupRange keyGroups) {
        this.store = store;
        this.states = states;
        this.firstKeyGroup = keyGroups.first();
        this.logs = new EntryLog[keyGroups.size()];
    }

    /** By key group, counted from the store's first; null where there is none yet. */
    EntryLog[] logs() {
        return logs;
    }

    // ---- writing

    EntryLog logForWrite(int keyGroup) {
        int at = keyGroup - firstKeyGroup;
        if (logs[at] == null) {
            logs[at] = new EntryLog(store, keyGroup);
        }
        return logs[at];
    }

    /**
     * @param pane of the entry that is to be written; any where there are none
     */
    EntryTable tableForWrite(StateDefinition state, int keyGroup, long pane) {
        int at = keyGroup - firstKeyGroup;
        if (state.paneTables != null) {
            if (state.paneTables[at] == null) {
                state.paneTables[at] = new PaneTables(store, state.id(), keyGroup, state.shape());
            }
            return state.paneTables[at].forWrite(pane);
        }
        if (state.tables[at] == null) {
            state.tables[at] = new EntryTable(store, state.id(), keyGroup, state.shape());
        }
        return state.tables[at];
    }

    // ---- looking for keys

    /** Is shown each live entry of a state by pane. */
    @FunctionalInterface
    interface PaneVisitor {
        void visit(long pane, int keyGroup, byte[] key, int keyLength);
    }

    /** Moves nothing, and nothing may be changed meanwhile. */
    void forEachEntry(StateDefinition state, PaneVisitor visitor) {
        for (int at = 0; at < logs.length; at++) {
            forEachEntry(state, firstKeyGroup + at, visitor);
        }
    }

    /** The same for one key group. */
    void forEachEntry(StateDefinition state, int keyGroup, PaneVisitor visitor) {
        RecordBytes bytes = new RecordBytes(64);
        EntryLog log = logs[keyGroup - firstKeyGroup];
        if (state.isTable()) {
            forEachInTables(
                    state,
                    keyGroup,
                    (word, pane) -> {
                        bytes.truncate(0);
                        bytes.putLong(word);
                        visitor.visit(pane, keyGroup, bytes.bytes(), 8);
                    });
        } else if (log != null) {
            log.forEach(
                    entry -> {
                        if (LogEntry.stateId(entry) == state.id() && LogEntry.isLive(entry)) {
                            int length = LogEntry.keyLength(entry);
                            bytes.truncate(0);
                            bytes.put(LogEntry.full(entry, state), length + 8);
                            visitor.visit(
                                    RecordBytes.getLong(bytes.bytes(), length),
                                    keyGroup,
                                    bytes.bytes(),
                                    length);
                        }
                    });
        }
    }

    private void forEachInTables(StateDefinition state, int keyGroup, EntryTable.Visitor visitor) {
        int at = keyGroup - firstKeyGroup;
        if (state.paneTables != null) {
            if (state.paneTables[at] != null) {
                state.paneTables[at].forEach(visitor);
            }
        } else if (state.tables[at] != null) {
            state.tables[at].forEach(visitor);
        }
    }

    /** The bytes of keys that have something in a namespace of a state, each once. */
    List<byte[]> keys(StateDefinition state, byte[] namespace, int keyGroup) {
        List<byte[]> keys = new ArrayList<>();
        EntryLog log = logs[keyGroup - firstKeyGroup];
        if (state.isTable()) {
            long pane = namespace.length == 0 ? 0 : RecordBytes.getLong(namespace, 0);
            forEachInTables(
                    state,
                    keyGroup,
                    (key, ofPane) -> {
                        if (namespace.length == 0 || ofPane == pane) {
                            byte[] bytes = new byte[8];
                            RecordBytes.setLong(bytes, 0, key);
                            keys.add(bytes);
                        }
                    });
        } else if (log != null) {
            log.forEach(
                    entry -> {
                        if (LogEntry.stateId(entry) == state.id()
                                && isFirst(entry, state, namespace)) {
                            byte[] key = new byte[LogEntry.keyLength(entry)];
                            Memory.copy(LogEntry.full(entry, state), key, 0, key.length);
                            keys.add(key);
                        }
                    });
        }
        return keys;
    }

    /** Whether an entry stands for all that its key has in a namespace. */
    private static boolean isFirst(long entry, StateDefinition state, byte[] namespace) {
        int part = LogEntry.fullLength(entry) - LogEntry.keyLength(entry) - namespace.length;
        boolean first =
                switch (state.shape().kind()) {
                    case VALUE -> part == 0;
                    case LIST -> part == 4;
                    case MAP -> part == 0 && LogEntry.kind(entry) == Epochs.DERIVED;
                    case ORDERED -> false;
                };
        if (!first) {
            return false;
        }
        long rest = LogEntry.full(entry, state) + LogEntry.keyLength(entry);
        return Memory.equal(rest, namespace, 0, namespace.length)
                && (part == 0 || Memory.getInt(rest + namespace.length) == 0);
    }

    // ---- removing

    /**
     * Removes all that keys have in a pane and in those before it, of a state in tables by pane.
     */
    void dropThrough(StateDefinition state, long lastPane) {
        for (PaneTables tables : state.paneTables) {
            if (tables != null) {
                tables.dropThrough(lastPane);
            }
        }
    }

    /**
     * Removes what has expired in a few pages and segments, in turn; nobody may hold an address.
     */
    void removeExpired(int turn) {
        int at = Math.floorMod(turn, logs.length);
        int page = turn / logs.length;
        if (logs[at] != null) {
            new LogExpiry(store, logs[at]).remove(page);
        }
        for (StateDefinition state : states) {
            if (!state.ttl().isOn()) {
                continue;
            }
            if (state.tables != null && state.tables[at] != null) {
                state.tables[at].removeExpired(page);
            } else if (state.paneTables != null && state.paneTables[at] != null) {
                state.paneTables[at].removeExpired(page);
            }
        }
    }

    // ---- snapshots

    /** What there is now; nobody may hold an address. */
    OpenSnapshot.Contents capture(KeyedStateSettings settings) {
        StateDefinition[] all = states.toArray(new StateDefinition[0]);
        // while tables are captured none of their pages may go to disk
        for (StateDefinition state : all) {
            state.tidyTables();
        }
        EntryTable.Extent[][] tables = new EntryTable.Extent[all.length][];
        PaneTables.Captured[][] paneTables = new PaneTables.Captured[all.length][];
        for (int i = 0; i < all.length; i++) {
            if (all[i].paneTables != null) {
                paneTables[i] = new PaneTables.Captured[logs.length];
                for (int at = 0; at < logs.length; at++) {
                    PaneTables of = all[i].paneTables[at];
                    paneTables[i][at] = of == null ? null : of.capture();
                }
            } else if (all[i].tables != null) {
                tables[i] = new EntryTable.Extent[logs.length];
                for (int at = 0; at < logs.length; at++) {
                    EntryTable table = all[i].tables[at];
                    tables[i][at] = table == null ? null : table.capture();
                }
            }
        }
        EntryLog.Extent[] extents = new EntryLog.Extent[logs.length];
        for (int at = 0; at < logs.length; at++) {
            extents[at] = logs[at] == null ? null : logs[at].capture();
        }
        return new OpenSnapshot.Contents(
                settings.keyGroups(),
                settings.maxParallelism(),
                TypeShape.text(settings.keyType()),
                all,
                tables,
                paneTables,
                extents);
    }

    /** Tombstones may have become needless. */
    void onConfirmed() {
        for (EntryLog log : logs) {
            if (log != null) {
                log.onConfirmed();
            }
        }
    }

    /** Gives all memory back; nobody reads it any more. */
    void free() {
        for (StateDefinition state : states) {
            if (state.paneTables != null) {
                for (PaneTables tables : state.paneTables) {
                    if (tables != null) {
                        tables.free();
                    }
                }
            } else if (state.tables != null) {
                for (EntryTable table : state.tables) {
                    if (table != null) {
                        table.free(store.memory());
                    }
                }
            }
            if (state.order != null) {
                state.order.free();
            }
        }
        for (EntryLog log : logs) {
            if (log != null) {
                log.free(store.memory());
            }
        }
    }
}

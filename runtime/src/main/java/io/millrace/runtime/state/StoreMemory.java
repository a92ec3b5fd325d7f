package io.millrace.runtime.state;

import io.millrace.runtime.memory.MemoryBudget;

/**
 * What tables and logs share with the store they are parts of.
 *
 * <p>Threads: owned by the subtask's thread.
 */
interface StoreMemory {
    MemoryBudget memory();

    /** A block of the store's memory, all zeros. */
    long allocate(int bytes);

    /** The same, and state goes to disk until there is one; nobody may hold an address. */
    long allocateAnyhow(int bytes);

    Spill spill();

    /** Moves state to disk if memory is short; nobody may hold an address. */
    void relieve();

    Epochs epochs();

    /** The log of a key group of the store; there must be one. */
    EntryLog log(int keyGroup);

    /** For records that are put together and copied at once. */
    RecordBytes scratch();

    StateDefinition state(int id);

    /** The hash of a key's bytes. */
    long keyHash(byte[] key, int length);

    /** Addresses that somebody has noted may be wrong, or missing entries be there. */
    void onMoved();

    boolean isExpired(int stateId, long stampMillis);
}

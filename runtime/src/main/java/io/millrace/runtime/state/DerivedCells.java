package io.millrace.runtime.state;

import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.Memory;
import java.util.Arrays;

/**
 * Arrays of numbers in managed memory, for keys and values that are numbers.
 *
 * <p>Shape: cells of one size, cut out of blocks of 32 KiB; those given back are used again, and
 * blocks are kept until the store is closed. An open table on the heap, at most half full, finds
 * the cell of a key.
 */
final class DerivedCells<V> implements DerivedArray<V> {
    static final int BLOCK_BYTES = 32 << 10;

    private final BinaryStateStore store;
    private final FixedCodec<V> codec;
    private final String name;
    private final int cellBytes;

    private long[] blocks = new long[4];
    private int blockCount;
    private long nextFresh;
    private long freshEnd;

    /** The first cell that was given back, each of which begins with the next one; 0 if none. */
    private long free;

    /** At each place a key and its cell, which is 0 where there is none. */
    private long[] index = new long[2 * 64];

    private int count;
    private int place;
    private long cell;

    /**
     * @param length of each array; in bytes at most {@link #BLOCK_BYTES}
     */
    DerivedCells(BinaryStateStore store, String name, FixedCodec<V> codec, int length) {
        this.store = store;
        this.name = name;
        this.codec = codec;
        this.cellBytes = Math.max(1, length) * 8;
    }

    private int firstPlace(long keyHash) {
        return (int) (keyHash >>> 20) << 1 & index.length - 1;
    }

    @Override
    public boolean find() {
        long key = store.key().word();
        int at = firstPlace(store.key().hash());
        while (index[at + 1] != 0) {
            if (index[at] == key) {
                place = at;
                cell = index[at + 1];
                return true;
            }
            at = at + 2 & index.length - 1;
        }
        place = at;
        cell = 0;
        return false;
    }

    @Override
    public void make() {
        if (4 * (count + 1) > index.length) {
            grow();
        }
        if (find()) {
            throw new IllegalStateException("The key has an array in " + name);
        }
        cell = newCell();
        index[place] = store.key().word();
        index[place + 1] = cell;
        count++;
    }

    private long newCell() {
        long made = free;
        if (made != 0) {
            free = Memory.getLong(made);
        } else {
            if (freshEnd - nextFresh < cellBytes) {
                addBlock();
            }
            made = nextFresh;
            nextFresh += cellBytes;
        }
        Memory.fill(made, cellBytes, (byte) 0);
        return made;
    }

    private void addBlock() {
        try {
            nextFresh = store.allocate(BLOCK_BYTES);
        } catch (InsufficientManagedMemoryException e) {
            throw store.exhausted(name, e);
        }
        freshEnd = nextFresh + BLOCK_BYTES;
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * blockCount);
        }
        blocks[blockCount++] = nextFresh;
    }

    private void grow() {
        long[] before = index;
        index = new long[2 * before.length];
        for (int i = 0; i < before.length; i += 2) {
            if (before[i + 1] != 0) {
                int at = firstPlace(Hashing.number(before[i]));
                while (index[at + 1] != 0) {
                    at = at + 2 & index.length - 1;
                }
                index[at] = before[i];
                index[at + 1] = before[i + 1];
            }
        }
    }

    @Override
    public void remove() {
        Memory.putLong(cell, free);
        free = cell;
        count--;
        // whoever stands behind it and would be found no more moves up
        int mask = index.length - 1;
        int hole = place;
        index[hole + 1] = 0;
        for (int at = hole + 2 & mask; index[at + 1] != 0; at = at + 2 & mask) {
            int first = firstPlace(Hashing.number(index[at]));
            if ((at - first & mask) >= (at - hole & mask)) {
                index[hole] = index[at];
                index[hole + 1] = index[at + 1];
                index[at + 1] = 0;
                hole = at;
            }
        }
        cell = 0;
    }

    @Override
    public long number(int at) {
        return Memory.getLong(cell + 8L * at);
    }

    @Override
    public void setNumber(int at, long number) {
        Memory.putLong(cell + 8L * at, number);
    }

    @Override
    public V value(int at) {
        return codec.fromLong().apply(number(at));
    }

    @Override
    public void setValue(int at, V value) {
        setNumber(at, codec.toLong().applyAsLong(value));
    }

    void free() {
        for (int i = 0; i < blockCount; i++) {
            store.memory().free(blocks[i], BLOCK_BYTES);
        }
        blockCount = 0;
    }
}

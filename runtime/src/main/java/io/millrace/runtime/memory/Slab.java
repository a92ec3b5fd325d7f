package io.millrace.runtime.memory;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A large piece of memory that stays mapped until the process ends, so that a reader who comes too
 * late reads nonsense and does not kill the worker. One that its owner has given up serves the
 * next.
 *
 * <p>Larger than what malloc takes from its own heap, so that each slab is a mapping of its own.
 *
 * <p>Threads: making and giving up any; the map of what is allocated is kept by the owner, under
 * its lock, and only where assertions are on.
 */
final class Slab {
    static final int BYTES = 64 << 20;
    static final int UNIT_BYTES = 512;

    /** Blocks up to this size begin at a multiple of their size. */
    static final int ALIGNMENT_BYTES = 32 << 10;

    private static final byte POISON = (byte) 0xdb;

    /** Whether accesses are checked. */
    private static final boolean CHECKED = Slab.class.desiredAssertionStatus();

    private static final ArrayDeque<Slab> UNUSED = new ArrayDeque<>();
    private static volatile Slab[] all = {};

    private final long address;

    /** 1 for each unit that somebody has; null without assertions. */
    private final byte[] allocated;

    private Slab(long address) {
        this.address = address;
        this.allocated = CHECKED ? new byte[BYTES / UNIT_BYTES] : null;
    }

    static Slab take() {
        synchronized (UNUSED) {
            Slab slab = UNUSED.poll();
            if (slab == null) {
                long mapped = Memory.map(BYTES + ALIGNMENT_BYTES);
                slab = new Slab((mapped + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES);
                Slab[] more = Arrays.copyOf(all, all.length + 1);
                more[all.length] = slab;
                all = more;
            }
            return slab;
        }
    }

    void giveUp() {
        synchronized (UNUSED) {
            UNUSED.add(this);
        }
    }

    long address() {
        return address;
    }

    void onAllocate(long at, int bytes) {
        if (CHECKED) {
            mark(at, bytes, (byte) 1);
        }
    }

    void onFree(long at, int bytes) {
        if (CHECKED) {
            Memory.fill(at, bytes, POISON);
            mark(at, bytes, (byte) 0);
        }
    }

    private void mark(long at, int bytes, byte value) {
        int from = (int) ((at - address) / UNIT_BYTES);
        Arrays.fill(allocated, from, from + bytes / UNIT_BYTES, value);
    }

    static boolean isAllocated(long at, long bytes) {
        if (bytes == 0) {
            return true;
        }
        for (Slab slab : all) {
            long offset = at - slab.address;
            if (offset >= 0 && offset < BYTES) {
                long last = offset + bytes - 1;
                return bytes > 0
                        && last < BYTES
                        && slab.allocated[(int) (offset / UNIT_BYTES)] == 1
                        && slab.allocated[(int) (last / UNIT_BYTES)] == 1;
            }
        }
        return false;
    }

    static String describe(long at) {
        return "Managed memory at 0x" + Long.toHexString(at) + " is not allocated";
    }
}

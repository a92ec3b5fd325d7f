package io.millrace.state.rocksdb;

import io.millrace.runtime.state.RecordBytes;
import java.util.Arrays;

/**
 * The bytes that an entry is found by.
 *
 * <p>Format: numbers big-endian, so that bytes compared unsigned come in the order of key group,
 * state, key, namespace and part; a key group is a range, and so is what a key has in a namespace.
 *
 * <pre>
 *   entry    key group 2, state 2, key, namespace and part as in snapshots
 *   key      8 bytes if all keys have as many; else each 0 byte as 00 FF, and 00 00 at the end, so
 *            that no key begins like another and their order stays
 * </pre>
 */
final class EntryKey {
    /** Of key group and state. */
    static final int HEAD_BYTES = 4;

    private EntryKey() {}

    static void putHead(byte[] into, int group, int state) {
        into[0] = (byte) (group >>> 8);
        into[1] = (byte) group;
        into[2] = (byte) (state >>> 8);
        into[3] = (byte) state;
    }

    static byte[] head(int group, int state) {
        byte[] head = new byte[HEAD_BYTES];
        putHead(head, group, state);
        return head;
    }

    static int group(byte[] entry) {
        return (entry[0] & 0xff) << 8 | entry[1] & 0xff;
    }

    static int state(byte[] entry, int from) {
        return (entry[from + 2] & 0xff) << 8 | entry[from + 3] & 0xff;
    }

    /** Appends a key. */
    static void putKey(RecordBytes to, byte[] key, int from, int length, boolean isFixed) {
        if (isFixed) {
            to.put(key, from, length);
            return;
        }
        for (int i = from; i < from + length; i++) {
            to.putByte(key[i]);
            if (key[i] == 0) {
                to.putByte(0xff);
            }
        }
        to.putByte(0);
        to.putByte(0);
    }

    /** Where the key ends that begins at a place. */
    static int keyEnd(byte[] bytes, int from, boolean isFixed) {
        if (isFixed) {
            return from + Long.BYTES;
        }
        int at = from;
        while (bytes[at] != 0 || bytes[at + 1] != 0) {
            at += bytes[at] == 0 ? 2 : 1;
        }
        return at + 2;
    }

    /** Appends the key as it is in snapshots. */
    static void readKey(RecordBytes to, byte[] bytes, int from, int end, boolean isFixed) {
        if (isFixed) {
            to.put(bytes, from, end - from);
            return;
        }
        for (int at = from; at < end - 2; at += bytes[at] == 0 ? 2 : 1) {
            to.putByte(bytes[at]);
        }
    }

    /** The first bytes that come behind all that begin like these. */
    static byte[] after(byte[] prefix, int length) {
        byte[] next = Arrays.copyOf(prefix, length);
        for (int i = length - 1; i >= 0; i--) {
            if (++next[i] != 0) {
                return Arrays.copyOf(next, i + 1);
            }
        }
        // nothing is greater; no key has as many
        byte[] last = new byte[64 << 10];
        Arrays.fill(last, (byte) 0xff);
        return last;
    }
}

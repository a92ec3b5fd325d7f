package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.serializer.TypeShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads snapshots as {@link SnapshotFormat} has them.
 *
 * <p>Errors: whatever is damaged in the parts it reads is an {@link IOException} that names the
 * snapshot and the place; nothing of a damaged block is handed on.
 *
 * <p>Threads: owned by the thread that reads.
 */
public final class SnapshotReader {
    /** Is given the records, each of which fits what the snapshot says of its state. */
    public interface Records {
        /**
         * @param bytes holds all of it
         * @param full where key, namespace and part begin
         * @param stampMillis 0 if entries have none
         * @param value where the value begins, -1 if the entry was removed
         */
        void record(
                int keyGroup,
                int state,
                byte[] bytes,
                int full,
                int keyLength,
                int length,
                long stampMillis,
                int value,
                int valueLength)
                throws IOException;
    }

    /** A state as the snapshot describes it. */
    public record State(int id, StateDefinition.Shape shape) {}

    private final SnapshotInput input;
    private final byte[] header;
    private final String keyType;
    private final int maxParallelism;
    private final List<State> states = new ArrayList<>();

    /** By the ids of states in the snapshot; null where there is none. */
    private final StateDefinition.Shape[] shapes;

    private final long directoryAt;
    private final byte[] directory;

    /** Whether keys are known to have eight bytes. */
    private boolean keysAreFixed;

    // of the part being read
    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    /**
     * Reads what describes the snapshot.
     *
     * @throws IOException if that cannot be read or is damaged
     */
    public SnapshotReader(SnapshotInput input) throws IOException {
        this.input = input;
        long length = input.length();
        if (length < SnapshotFormat.FOOTER_BYTES) {
            throw damaged("it has " + length + " bytes, less than a footer");
        }
        readPart(length - SnapshotFormat.FOOTER_BYTES, SnapshotFormat.FOOTER_BYTES, "footer");
        long position = getLong();
        int directoryBytes = getInt();
        checkVersion(getInt());
        if (getInt() != SnapshotFormat.MAGIC) {
            throw damaged("its footer is not that of a snapshot of keyed state");
        }
        if (position < 0
                || directoryBytes < 8
                || position + directoryBytes != length - SnapshotFormat.FOOTER_BYTES) {
            throw damaged("its directory is not where the footer says");
        }
        directoryAt = position;
        readPart(position, directoryBytes, "directory");
        directory = bytes.clone();
        readBytes(0, (int) Math.min(12, position), "header");
        if (position < 12 || getInt() != SnapshotFormat.MAGIC) {
            throw damaged("it does not begin as a snapshot of keyed state does");
        }
        at += 4;
        int headerBytes = getInt();
        if (headerBytes < 0 || 16L + headerBytes > position) {
            throw damaged("its header has a wrong length");
        }
        readPart(0, headerBytes + 16, "header");
        header = bytes;
        at += 12 + 8 + 8 + 1 + 4 + 4;
        maxParallelism = getInt();
        keyType = getText();
        int stateCount = getInt();
        int lastId = -1;
        for (int i = 0; i < stateCount; i++) {
            State state = getState();
            states.add(state);
            lastId = Math.max(lastId, state.id());
        }
        shapes = new StateDefinition.Shape[lastId + 1];
        for (State state : states) {
            shapes[state.id()] = state.shape();
        }
    }

    private State getState() throws IOException {
        int id = getInt();
        int kind = getByte();
        int namespaceKind = getByte();
        boolean fixedValue = getByte() != 0;
        boolean stamp = getByte() != 0;
        String name = getText();
        StateDefinition.Kind[] kinds = StateDefinition.Kind.values();
        StateDefinition.NamespaceKind[] namespaceKinds = StateDefinition.NamespaceKind.values();
        if (id < 0
                || id > 0xffff
                || kind >= kinds.length
                || namespaceKind >= namespaceKinds.length) {
            throw damaged("its state '" + name + "' is of an unknown kind");
        }
        return new State(
                id,
                new StateDefinition.Shape(
                        name,
                        kinds[kind],
                        namespaceKinds[namespaceKind],
                        getText(),
                        getText(),
                        getText(),
                        fixedValue,
                        stamp));
    }

    /** The bytes of the header, with its checksum. */
    byte[] header() {
        return header;
    }

    /** Positions and lengths of the blocks of a key group; null if it has none. */
    private long[] find(int wanted) throws IOException {
        bytes = directory;
        at = 0;
        end = directory.length - 4;
        for (int count = getInt(); count > 0; count--) {
            int group = getInt();
            long position = getLong();
            long length = getLong();
            if (group == wanted) {
                if (position < 0 || length < 0 || position + length > directoryAt) {
                    throw damaged("key group " + group + " is not where the directory says");
                }
                return new long[] {position, position + length};
            }
        }
        return null;
    }

    /** Is given whole blocks. */
    interface Blocks {
        void block(byte[] bytes, int length) throws IOException;
    }

    /** Hands the blocks of a key group on as they are. */
    void copyBlocks(int group, Blocks blocks) throws IOException {
        long[] range = find(group);
        for (long position = range == null ? 0 : range[0];
                range != null && position < range[1];
                position += bytes.length) {
            readBlock(group, position, range[1]);
            blocks.block(bytes, bytes.length);
        }
    }

    String keyType() {
        return keyType;
    }

    int maxParallelism() {
        return maxParallelism;
    }

    /**
     * @param owner for messages: whose state it is to be
     * @throws StateException if the keys or their groups are not those of the owner
     */
    public void check(String owner, TypeInformation<?> ownKeyType, int ownMaxParallelism) {
        String own = TypeShape.text(ownKeyType);
        keysAreFixed = FixedCodec.ofKey(ownKeyType) != null;
        if (!keyType.equals(own)) {
            throw new StateException(
                    Failure.Category.CONFIG,
                    "The keys of "
                            + owner
                            + " are of the type "
                            + own
                            + ", and those in "
                            + input.name()
                            + " of "
                            + keyType
                            + ": state can only be restored with the same type of key");
        }
        if (maxParallelism != ownMaxParallelism) {
            throw new StateException(
                    Failure.Category.CONFIG,
                    owner
                            + " has a maximum parallelism of "
                            + ownMaxParallelism
                            + ", and the state in "
                            + input.name()
                            + " one of "
                            + maxParallelism
                            + ": set it to the latter (setMaxParallelism,"
                            + " pipeline.max-parallelism); it cannot be changed");
        }
    }

    public List<State> states() {
        return states;
    }

    /** Reads the records of some key groups. */
    public void read(KeyGroupRange wanted, Records records) throws IOException {
        bytes = directory;
        at = 0;
        end = directory.length - 4;
        int count = getInt();
        for (int i = 0; i < count; i++) {
            bytes = directory;
            at = 4 + 20 * i;
            end = directory.length - 4;
            int group = getInt();
            long position = getLong();
            long length = getLong();
            if (position < 0 || length < 0 || position + length > directoryAt) {
                throw damaged("key group " + group + " is not where the directory says");
            }
            if (wanted.contains(group)) {
                readGroup(group, position, position + length, records);
            }
        }
    }

    private void readGroup(int group, long from, long to, Records records) throws IOException {
        long position = from;
        while (position < to) {
            int length = readBlock(group, position, to);
            at += 8;
            try {
                while (at < end) {
                    readRecord(group, records);
                }
            } catch (IndexOutOfBoundsException e) {
                throw new DamagedSnapshotException(
                        message("a record in its " + block(group, position) + " is wrong"), e);
            }
            position += length;
        }
    }

    private static String block(int group, long position) {
        return "block of key group " + group + " at byte " + position;
    }

    /** Reads a block and returns its length with all. */
    private int readBlock(int group, long position, long to) throws IOException {
        String what = block(group, position);
        if (to - position < 12) {
            throw damaged("its " + what + " is cut off");
        }
        readBytes(position, 8, what);
        int of = getInt();
        int length = getInt();
        if (of != group || length < 0 || position + 12 + length > to) {
            throw damaged("its " + what + " has a wrong begin");
        }
        // front to back, as going back may cost a file system a new connection
        bytes = Arrays.copyOf(bytes, length + 12);
        input.read(position + 8, bytes, 8, length + 4);
        checkSum(what);
        at = 0;
        return length + 12;
    }

    private void readRecord(int group, Records records) throws IOException {
        int code = getVarInt();
        int keyLength = getVarInt();
        int length = Math.addExact(keyLength, getVarInt());
        int full = at;
        skip(length);
        int state = code >>> 1;
        StateDefinition.Shape shape = state < shapes.length ? shapes[state] : null;
        if (shape == null) {
            throw damaged("a record is of the unknown state " + state);
        }
        if ((code & 1) != 0) {
            checkFits(group, shape, keyLength, length, -1);
            records.record(group, state, bytes, full, keyLength, length, 0, -1, 0);
            return;
        }
        long stamp = shape.hasStamp() ? getLong() : 0;
        int valueLength = getVarInt();
        int value = at;
        skip(valueLength);
        checkFits(group, shape, keyLength, length, valueLength);
        records.record(group, state, bytes, full, keyLength, length, stamp, value, valueLength);
    }

    private void checkFits(
            int group, StateDefinition.Shape shape, int keyLength, int length, int valueLength)
            throws IOException {
        boolean isKey = !keysAreFixed || keyLength == Long.BYTES;
        if (!isKey || !shape.mayHold(length - keyLength, valueLength)) {
            throw damaged("a record of key group " + group + " does not fit its state");
        }
    }

    private void checkVersion(int version) throws IOException {
        if (version != SnapshotFormat.VERSION) {
            throw new IOException(
                    "The state in "
                            + input.name()
                            + " has version "
                            + version
                            + ", this build reads "
                            + SnapshotFormat.VERSION
                            + ": start with the build that wrote it or a newer one");
        }
    }

    /** Reads a part that ends with its checksum. */
    private void readPart(long position, int length, String what) throws IOException {
        readBytes(position, length, what);
        checkSum(what);
    }

    private void checkSum(String what) throws IOException {
        end = bytes.length - 4;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, end);
        if (RecordBytes.getInt(bytes, end) != (int) crc.getValue()) {
            throw damaged("the checksum of its " + what + " is wrong");
        }
    }

    private void readBytes(long position, int length, String what) throws IOException {
        if (length < 4 || position + length > input.length()) {
            throw damaged("its " + what + " is cut off");
        }
        bytes = new byte[length];
        input.read(position, bytes, 0, length);
        at = 0;
        end = length;
    }

    private void skip(int count) throws IOException {
        if (count < 0 || count > end - at) {
            throw damaged("a part ends before its time");
        }
        at += count;
    }

    private int getByte() throws IOException {
        skip(1);
        return bytes[at - 1] & 0xff;
    }

    private int getInt() throws IOException {
        skip(4);
        return RecordBytes.getInt(bytes, at - 4);
    }

    private long getLong() throws IOException {
        skip(8);
        return RecordBytes.getLong(bytes, at - 8);
    }

    private int getVarInt() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = getByte();
            value |= (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw damaged("a number is too long");
    }

    private String getText() throws IOException {
        int length = getInt();
        skip(length);
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    private IOException damaged(String what) {
        return new DamagedSnapshotException(message(what));
    }

    private String message(String what) {
        return "The state in " + input.name() + " is damaged: " + what;
    }
}

package io.millrace.runtime.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes a snapshot as {@link SnapshotFormat} has it, key group after key group.
 *
 * <p>Threads: owned by the thread that writes.
 */
public final class SnapshotWriter {
    /**
     * What the header says of a store.
     *
     * @param keyType its shape as a text
     * @param states by their ids in the store
     */
    public record Description(
            KeyGroupRange keyGroups,
            int maxParallelism,
            String keyType,
            List<StateDefinition.Shape> states) {}

    private final SnapshotOutput output;

    /** Of the records of a canonical snapshot; else null. */
    private final RecordSorter sorter;

    /** What a state is called in the file, by its id in the store. */
    private final int[] fileIds;

    private final RecordBytes block = new RecordBytes(SnapshotFormat.BLOCK_BYTES + 4096);
    private final RecordBytes directory = new RecordBytes(1024);

    /** Not written before the first block: an increment without any is nothing at all. */
    private RecordBytes header;

    private final boolean mayBeNothing;
    private int groups;
    private int group;
    private long groupBegin;
    private long position;

    /** A record that is put together. */
    private final RecordBytes one = new RecordBytes(256);

    SnapshotWriter(
            SnapshotOutput output,
            OpenSnapshot.Contents contents,
            long checkpointId,
            long baseCheckpointId,
            SnapshotKind kind,
            RecordSorter sorter) {
        this(
                output,
                new Description(
                        contents.keyGroups(),
                        contents.maxParallelism(),
                        contents.keyType(),
                        Arrays.stream(contents.states()).map(StateDefinition::shape).toList()),
                checkpointId,
                baseCheckpointId,
                kind,
                kind == SnapshotKind.CANONICAL ? sorter : null);
    }

    /**
     * For a store that hands the records of a key group of a canonical snapshot over by key, state
     * ({@link #fileIds}), namespace and part, each once.
     *
     * @param baseCheckpointId -1 if the snapshot stands for itself
     */
    public SnapshotWriter(
            SnapshotOutput output,
            Description description,
            long checkpointId,
            long baseCheckpointId,
            SnapshotKind kind) {
        this(output, description, checkpointId, baseCheckpointId, kind, null);
    }

    /**
     * @param sorter of records that come in any order and must not; or null
     */
    private SnapshotWriter(
            SnapshotOutput output,
            Description description,
            long checkpointId,
            long baseCheckpointId,
            SnapshotKind kind,
            RecordSorter sorter) {
        this.output = output;
        this.sorter = sorter;
        this.mayBeNothing = baseCheckpointId >= 0;
        fileIds = fileIds(description.states(), kind);
        header = new RecordBytes(1024);
        header.putInt(SnapshotFormat.MAGIC);
        header.putInt(SnapshotFormat.VERSION);
        header.putInt(0);
        header.putLong(checkpointId);
        header.putLong(baseCheckpointId);
        header.putByte(kind.ordinal());
        header.putInt(description.keyGroups().first());
        header.putInt(description.keyGroups().last());
        header.putInt(description.maxParallelism());
        putText(header, description.keyType());
        header.putInt(fileIds.length);
        Integer[] ids = new Integer[fileIds.length];
        Arrays.setAll(ids, id -> id);
        Arrays.sort(ids, Comparator.comparing(id -> fileIds[id]));
        for (int id : ids) {
            putState(header, fileIds[id], description.states().get(id));
        }
        header.setInt(8, header.length() - 12);
        putChecksum(header, 0);
        position = header.length();
    }

    /** What the states are called in a snapshot, by their ids in the store. */
    public static int[] fileIds(List<StateDefinition.Shape> states, SnapshotKind kind) {
        int[] fileIds = new int[states.size()];
        Arrays.setAll(fileIds, id -> id);
        if (kind == SnapshotKind.CANONICAL) {
            Integer[] ids = new Integer[fileIds.length];
            Arrays.setAll(ids, id -> id);
            Arrays.sort(ids, Comparator.comparing(id -> states.get(id).name()));
            for (int at = 0; at < ids.length; at++) {
                fileIds[ids[at]] = at;
            }
        }
        return fileIds;
    }

    /**
     * Writes a snapshot whose blocks are there already.
     *
     * @param header all of it but its checksum, of one or more snapshots of this store
     */
    SnapshotWriter(SnapshotOutput output, RecordBytes header) {
        this.output = output;
        this.sorter = null;
        this.mayBeNothing = false;
        this.fileIds = new int[0];
        this.header = header;
        putChecksum(header, 0);
        position = header.length();
    }

    private static void putState(RecordBytes to, int id, StateDefinition.Shape shape) {
        to.putInt(id);
        to.putByte(shape.kind().ordinal());
        to.putByte(shape.namespaceKind().ordinal());
        to.putByte(shape.fixedValue() ? 1 : 0);
        to.putByte(shape.hasStamp() ? 1 : 0);
        putText(to, shape.name());
        putText(to, shape.namespaceType());
        putText(to, shape.partType());
        putText(to, shape.valueType());
    }

    private static void putText(RecordBytes to, String text) {
        byte[] utf = text.getBytes(StandardCharsets.UTF_8);
        to.putInt(utf.length);
        to.put(utf, 0, utf.length);
    }

    private static void putChecksum(RecordBytes part, int from) {
        CRC32C crc = new CRC32C();
        crc.update(part.bytes(), from, part.length() - from);
        part.putInt((int) crc.getValue());
    }

    private void emit(RecordBytes part) throws IOException {
        if (header != null) {
            output.write(header.bytes(), 0, header.length());
            header = null;
        }
        output.write(part.bytes(), 0, part.length());
        position += part.length();
        part.truncate(0);
    }

    /** Begins a key group; groups come by number. */
    public void begin(int keyGroup) {
        group = keyGroup;
        groupBegin = position;
    }

    /** Takes a whole block of the group, with its checksum. */
    void block(byte[] bytes, int length) throws IOException {
        block.put(bytes, 0, length);
        emit(block);
    }

    /** Takes a record with the store's id of its state. */
    void record(byte[] bytes, int from, int length) throws IOException {
        if (sorter == null) {
            putRecord(bytes, from, length);
            return;
        }
        int at = from;
        int code = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            code |= (b & 0x7f) << shift;
            if (b >= 0) {
                break;
            }
        }
        RecordBytes record = sorter.begin();
        record.putVarInt(fileIds[code >>> 1] << 1 | code & 1);
        record.put(bytes, at, from + length - at);
        sorter.end();
    }

    /**
     * Takes an entry.
     *
     * @param state its id in the store
     * @param key key, namespace and part, {@code length} bytes from {@code from} on
     * @param keyLength of the key alone
     * @param hasStamp whether entries of the state have the time of their last use
     * @param value where the value is, {@code valueLength} bytes from {@code valueFrom} on
     */
    public void entry(
            int state,
            byte[] key,
            int from,
            int keyLength,
            int length,
            boolean hasStamp,
            long stampMillis,
            byte[] value,
            int valueFrom,
            int valueLength)
            throws IOException {
        beginRecord(state, 0, key, from, keyLength, length);
        if (hasStamp) {
            one.putLong(stampMillis);
        }
        one.putVarInt(valueLength);
        one.put(value, valueFrom, valueLength);
        record(one);
    }

    /** Takes note that an entry was removed, whose place {@link #entry} would say so. */
    public void removed(int state, byte[] key, int from, int keyLength, int length)
            throws IOException {
        beginRecord(state, 1, key, from, keyLength, length);
        record(one);
    }

    private void beginRecord(
            int state, int removed, byte[] key, int from, int keyLength, int length) {
        one.truncate(0);
        one.putVarInt((sorter != null ? state : fileIds[state]) << 1 | removed);
        one.putVarInt(keyLength);
        one.putVarInt(length - keyLength);
        one.put(key, from, length);
    }

    private void record(RecordBytes record) throws IOException {
        record(record.bytes(), 0, record.length());
    }

    private void putRecord(byte[] bytes, int from, int length) throws IOException {
        if (block.length() > 0 && block.length() + length > SnapshotFormat.BLOCK_BYTES) {
            endBlock();
        }
        if (block.length() == 0) {
            block.putInt(group);
            block.putInt(0);
        }
        block.put(bytes, from, length);
    }

    private void endBlock() throws IOException {
        block.setInt(4, block.length() - 8);
        putChecksum(block, 0);
        emit(block);
    }

    /** Ends the key group. */
    public void end() throws IOException {
        if (sorter != null) {
            sorter.drain(this::putRecord);
        }
        if (block.length() > 0) {
            endBlock();
        }
        if (position > groupBegin) {
            groups++;
            directory.putInt(group);
            directory.putLong(groupBegin);
            directory.putLong(position - groupBegin);
        }
    }

    /** Writes what follows the blocks, and returns the length of all; 0 if there is no change. */
    public long finish() throws IOException {
        if (mayBeNothing && groups == 0) {
            return 0;
        }
        long directoryAt = position;
        RecordBytes part = new RecordBytes(directory.length() + 64);
        part.putInt(groups);
        part.put(directory.bytes(), 0, directory.length());
        putChecksum(part, 0);
        int directoryBytes = part.length();
        emit(part);
        part.putLong(directoryAt);
        part.putInt(directoryBytes);
        part.putInt(SnapshotFormat.VERSION);
        part.putInt(SnapshotFormat.MAGIC);
        putChecksum(part, 0);
        emit(part);
        return position;
    }
}

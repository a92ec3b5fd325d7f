package io.millrace.runtime.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.zip.CRC32C;

/**
 * Writes a snapshot as {@link SnapshotFormat} has it, key group after key group.
 *
 * <p>Threads: owned by the thread that writes.
 */
final class SnapshotWriter {
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

    SnapshotWriter(
            SnapshotOutput output,
            OpenSnapshot.Contents contents,
            long checkpointId,
            long baseCheckpointId,
            SnapshotKind kind,
            RecordSorter sorter) {
        this.output = output;
        boolean canonical = kind == SnapshotKind.CANONICAL;
        this.sorter = canonical ? sorter : null;
        this.mayBeNothing = baseCheckpointId >= 0;
        StateDefinition[] states = contents.states().clone();
        if (canonical) {
            Arrays.sort(states, Comparator.comparing(s -> s.shape().name()));
        }
        fileIds = new int[states.length];
        header = new RecordBytes(1024);
        header.putInt(SnapshotFormat.MAGIC);
        header.putInt(SnapshotFormat.VERSION);
        header.putInt(0);
        header.putLong(checkpointId);
        header.putLong(baseCheckpointId);
        header.putByte(kind.ordinal());
        header.putInt(contents.keyGroups().first());
        header.putInt(contents.keyGroups().last());
        header.putInt(contents.maxParallelism());
        putText(header, contents.keyType());
        header.putInt(states.length);
        for (int i = 0; i < states.length; i++) {
            fileIds[states[i].id()] = canonical ? i : states[i].id();
            putState(header, fileIds[states[i].id()], states[i].shape());
        }
        header.setInt(8, header.length() - 12);
        putChecksum(header, 0);
        position = header.length();
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

    void begin(int keyGroup) {
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

    void end() throws IOException {
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
    long finish() throws IOException {
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

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Piece;
import io.millrace.runtime.serializer.LengthPrefixed;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the file of one worker and checkpoint that later checkpoints may refer to: pieces of keyed
 * states, one behind the other.
 *
 * <p>Format, numbers big-endian, texts as a four-byte length and UTF-8:
 *
 * <pre>
 *   header     magic "MRSF" | version, 2 bytes | checkpoint id, 8 | epoch, 4 | worker id, text
 *   pieces     one after the other as their stores write them; nothing between them
 *   directory  number of pieces, 4; for each: vertex, 4 | subtask, 4 | operator's uid, text |
 *              offset, 8 | length, 8
 *   footer     offset of the directory, 8 | CRC32C of all before the footer, 4 | magic "MRSE"
 * </pre>
 *
 * <p>There is no file before the first piece.
 *
 * <p>Threads: one.
 */
final class SharedFileWriter implements AutoCloseable {
    static final int MAGIC = 0x4d525346;
    static final int END_MAGIC = 0x4d525345;
    static final int VERSION = 1;

    private final SummedOutput.Opener opener;
    private final String name;
    private final long checkpointId;
    private final int epoch;
    private final String workerId;
    private final List<Entry> directory = new ArrayList<>();
    private SummedOutput out;
    private DataOutputStream data;

    /** Where the piece begins that is being written; -1 before its first byte. */
    private long begin;

    private record Entry(int vertex, int subtask, String uid, long offset, long length) {}

    SharedFileWriter(
            SummedOutput.Opener opener,
            String name,
            long checkpointId,
            int epoch,
            String workerId) {
        this.opener = opener;
        this.name = name;
        this.checkpointId = checkpointId;
        this.epoch = epoch;
        this.workerId = workerId;
    }

    /**
     * Writes a piece.
     *
     * @return it, in a file that is not named yet; null if there is nothing in it
     */
    Piece write(int vertex, int subtask, String uid, PartWriter.Content content)
            throws IOException {
        begin = -1;
        content.write(this::put);
        if (begin < 0) {
            return null;
        }
        long length = out.written() - begin;
        directory.add(new Entry(vertex, subtask, uid, begin, length));
        return new Piece(null, begin, length);
    }

    private void put(byte[] bytes, int from, int count) throws IOException {
        if (out == null) {
            open();
        }
        if (begin < 0) {
            begin = out.written();
        }
        out.write(bytes, from, count);
    }

    private void open() throws IOException {
        out = new SummedOutput(opener.open());
        data = new DataOutputStream(out);
        data.writeInt(MAGIC);
        data.writeShort(VERSION);
        data.writeLong(checkpointId);
        data.writeInt(epoch);
        LengthPrefixed.writeText(data, workerId);
    }

    /** Writes what follows the pieces, and closes the file; null if there is none. */
    WorkerFile finish() throws IOException {
        if (out == null) {
            return null;
        }
        long directoryAt = out.written();
        data.writeInt(directory.size());
        for (Entry entry : directory) {
            data.writeInt(entry.vertex());
            data.writeInt(entry.subtask());
            LengthPrefixed.writeText(data, entry.uid());
            data.writeLong(entry.offset());
            data.writeLong(entry.length());
        }
        int crc = out.crc();
        data.writeLong(directoryAt);
        data.writeInt(crc);
        data.writeInt(END_MAGIC);
        out.close();
        return new WorkerFile(name, out.written(), out.crc());
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Kind;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the file of one worker for one checkpoint, front to back.
 *
 * <p>Format, numbers big-endian, texts as a four-byte length and UTF-8:
 *
 * <pre>
 *   header     magic "MRWF" | version, 2 bytes | checkpoint id, 8 | epoch, 4 | worker id, text
 *   states     one after the other, see below; nothing between them
 *   directory  number of subtasks, 4; for each: vertex, 4 | subtask, 4 | operators as in
 *              {@link MetadataFormat}
 *   footer     offset of the directory, 8 | CRC32C of all before the footer, 4 | magic "MRWE"
 *
 *   a list         for each element: length, 4 | its bytes
 *   a keyed state  as its store writes it
 *   a channel      as {@link io.millrace.runtime.exchange.ChannelContent} has it
 * </pre>
 *
 * <p>The directory repeats what {@code _metadata} says, so that a file can be looked into by
 * itself.
 *
 * <p>Threads: one.
 */
final class WorkerFileWriter implements PartWriter {
    static final int MAGIC = 0x4d525746;
    static final int END_MAGIC = 0x4d525745;
    static final int VERSION = 1;
    static final int FOOTER_BYTES = 16;

    private static final int BUFFER_BYTES = 64 << 10;

    private final Summed out;
    private final DataOutputStream data;
    private final List<SubtaskState> subtasks = new ArrayList<>();
    private List<StatePart> parts;

    /** Writes the header. */
    WorkerFileWriter(OutputStream file, long checkpointId, int epoch, String workerId)
            throws IOException {
        this.out = new Summed(new BufferedOutputStream(file, BUFFER_BYTES));
        this.data = new DataOutputStream(out);
        data.writeInt(MAGIC);
        data.writeShort(VERSION);
        data.writeLong(checkpointId);
        data.writeInt(epoch);
        MetadataFormat.writeText(data, workerId);
    }

    /** Writes all states of a subtask. */
    void write(SubtaskSnapshot snapshot) throws IOException {
        List<OperatorState> operators = new ArrayList<>();
        for (SubtaskSnapshot.Operator operator : snapshot.operators()) {
            parts = new ArrayList<>();
            for (SnapshotPart state : operator.parts()) {
                state.write(this);
            }
            if (!parts.isEmpty()) {
                operators.add(new OperatorState(operator.uid(), parts));
            }
        }
        subtasks.add(
                new SubtaskState(
                        snapshot.attempt(),
                        snapshot.alignmentNanos(),
                        snapshot.syncNanos(),
                        operators));
    }

    @Override
    public void list(Kind kind, String name, String type, List<byte[]> elements)
            throws IOException {
        if (kind == Kind.KEYED || kind.isInFlight()) {
            throw new IllegalArgumentException("State '" + name + "' is " + kind + ", not a list");
        }
        long offset = out.written;
        out.state.reset();
        for (byte[] element : elements) {
            data.writeInt(element.length);
            data.write(element);
        }
        parts.add(
                new StatePart(
                        kind,
                        name,
                        type,
                        elements.size(),
                        0,
                        0,
                        offset,
                        out.written - offset,
                        (int) out.state.getValue()));
    }

    @Override
    public void keyed(String name, String type, int firstGroup, int lastGroup, Content content)
            throws IOException {
        long offset = out.written;
        out.state.reset();
        content.write(out::write);
        parts.add(
                new StatePart(
                        Kind.KEYED,
                        name,
                        type,
                        0,
                        firstGroup,
                        lastGroup,
                        offset,
                        out.written - offset,
                        (int) out.state.getValue()));
    }

    @Override
    public void inFlight(ChannelPart channel) throws IOException {
        long offset = out.written;
        out.state.reset();
        data.write(channel.content());
        parts.add(
                new StatePart(
                        channel.kind(),
                        channel.edge(),
                        channel.type(),
                        channel.peers(),
                        channel.writer(),
                        channel.reader(),
                        offset,
                        out.written - offset,
                        (int) out.state.getValue()));
    }

    /** Writes what follows the states; the caller closes the stream. */
    WorkerFile finish(String name) throws IOException {
        long directory = out.written;
        data.writeInt(subtasks.size());
        for (SubtaskState subtask : subtasks) {
            data.writeInt(subtask.attempt().vertex());
            data.writeInt(subtask.attempt().subtask());
            MetadataFormat.writeOperators(data, subtask.operators());
        }
        int crc = (int) out.all.getValue();
        data.writeLong(directory);
        data.writeInt(crc);
        data.writeInt(END_MAGIC);
        data.flush();
        return new WorkerFile(name, out.written, (int) out.all.getValue());
    }

    /** What was written of each subtask. */
    List<SubtaskState> subtasks() {
        return List.copyOf(subtasks);
    }

    /** Counts and sums what passes; closing it flushes only. */
    private static final class Summed extends OutputStream {
        private final OutputStream to;
        private final CRC32C all = new CRC32C();
        private final CRC32C state = new CRC32C();
        private long written;

        Summed(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            to.write(bytes, from, count);
            all.update(bytes, from, count);
            state.update(bytes, from, count);
            written += count;
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() throws IOException {
            to.flush();
        }
    }
}

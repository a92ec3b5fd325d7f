package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.state.SnapshotInput;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads states back from the files of workers, only those bytes that are asked for, and checks
 * their sums.
 *
 * <p>Threads: one; blocks.
 *
 * <p>Errors: {@link DamagedCheckpointException} naming file and state.
 */
public final class StateReader implements AutoCloseable {
    private final long checkpointId;
    private final CheckpointFolder.Opened folder;

    // of the last read, which the next one mostly follows
    private InputStream open;
    private URI openFile;
    private long openPosition;

    /** Reads for a subtask that has something to restore. */
    public StateReader(RestoredState restored) throws IOException {
        this.checkpointId = restored.checkpointId();
        this.folder = new CheckpointFolder(restored.folder()).open();
    }

    /** Reads what complete checkpoints consist of, to write it again. */
    StateReader(long checkpointId, CheckpointFolder.Opened folder) {
        this.checkpointId = checkpointId;
        this.folder = folder;
    }

    /** The elements of a slice of a list. */
    public List<byte[]> elements(Slice slice) throws IOException {
        StatePart part = slice.part();
        if (part.kind() == Kind.KEYED) {
            throw new IllegalArgumentException("State '" + part.name() + "' is keyed, not a list");
        }
        byte[] bytes = read(slice);
        check(slice, bytes, part.crc());
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<byte[]> elements = new ArrayList<>();
        for (int i = 0; i < slice.to(); i++) {
            int length = in.getInt();
            if (i < slice.from()) {
                in.position(in.position() + length);
                continue;
            }
            byte[] element = new byte[length];
            in.get(element);
            elements.add(element);
        }
        return elements;
    }

    /** What lay in a channel. */
    public byte[] inFlight(Slice channel) throws IOException {
        byte[] bytes = read(channel);
        check(channel, bytes, channel.part().crc());
        return bytes;
    }

    /**
     * The bytes of keyed state, for its store to read what it needs of them; the sums are the
     * store's own.
     */
    public SnapshotInput input(Slice slice) {
        return new Range(slice);
    }

    private final class Range implements SnapshotInput {
        private final Slice slice;
        private final URI file;

        Range(Slice slice) {
            this.slice = slice;
            this.file = folder.resolve(slice.file().name());
        }

        @Override
        public String name() {
            return file
                    + ", bytes "
                    + slice.part().offset()
                    + " to "
                    + (slice.part().offset() + slice.part().length());
        }

        @Override
        public long length() {
            return slice.part().length();
        }

        @Override
        public void read(long position, byte[] into, int offset, int count) throws IOException {
            if (position < 0 || position + count > length()) {
                throw damaged(
                        slice, file, "is asked for bytes behind the end of the state: " + name());
            }
            fill(slice, slice.part().offset() + position, into, offset, count);
        }
    }

    private byte[] read(Slice slice) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(slice.part().length())];
        fill(slice, slice.part().offset(), bytes, 0, bytes.length);
        return bytes;
    }

    private void fill(Slice slice, long position, byte[] into, int offset, int count)
            throws IOException {
        URI file = folder.resolve(slice.file().name());
        if (count == 0) {
            return;
        }
        try {
            if (!file.equals(openFile) || position != openPosition) {
                close();
                open = folder.files().open(file, position);
                openFile = file;
                openPosition = position;
            }
            int read = open.readNBytes(into, offset, count);
            openPosition += read;
            if (read < count) {
                throw damaged(slice, file, "ends " + (count - read) + " bytes too early");
            }
        } catch (FileNotFoundException e) {
            throw damaged(slice, file, "is not there");
        } catch (EOFException e) {
            throw damaged(slice, file, "ends too early");
        }
    }

    @Override
    public void close() throws IOException {
        InputStream closing = open;
        open = null;
        openFile = null;
        if (closing != null) {
            closing.close();
        }
    }

    private void check(Slice slice, byte[] bytes, int said) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        if ((int) crc.getValue() != said) {
            throw damaged(
                    slice,
                    folder.resolve(slice.file().name()),
                    "is damaged: the checksum is "
                            + Integer.toHexString((int) crc.getValue())
                            + ", not "
                            + Integer.toHexString(said));
        }
    }

    private DamagedCheckpointException damaged(Slice slice, URI file, String what) {
        return new DamagedCheckpointException(
                "State '"
                        + slice.part().name()
                        + "' of checkpoint "
                        + checkpointId
                        + ": file "
                        + file
                        + " "
                        + what);
    }
}

package io.millrace.runtime.file;

import io.millrace.api.fs.FileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * The part of a text output that one subtask writes: one record a line, UTF-8.
 *
 * <p>The file is made by the constructor, so that a finished run has one for each subtask even if
 * there was no record. It lies under {@code _temporary} and is not seen until {@link
 * TextOutputFiles#commit} moves it. After a failure it is left there for {@code discard}.
 *
 * <p>Threads: one.
 */
public final class TextFileWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final URI file;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int used;
    private long written; // without what is in the buffer
    private boolean failed;
    private boolean closed;

    /** Makes the part of a subtask; the file system is found by the path. */
    public TextFileWriter(String output, String run, int subtask, int parallelism)
            throws IOException {
        this(FileSystems.of(output), output, run, subtask, parallelism);
    }

    /**
     * Makes the part of a subtask.
     *
     * @param output the folder as the user named it
     * @param run as in the subtask's deployment
     * @param parallelism how many parts there are in all, so that a commit misses none
     */
    public TextFileWriter(FileSystem files, String output, String run, int subtask, int parallelism)
            throws IOException {
        this.file = OutputLayout.part(files.qualify(output), run, subtask, parallelism);
        this.out = files.create(file, false);
    }

    /** Writes a record and a line feed. */
    public void write(String record) throws IOException {
        int length = record.length();
        if (length >= buffer.length - used) {
            flush();
        }
        if (length >= buffer.length) {
            writeLong(record);
            return;
        }
        int at = used;
        for (int i = 0; i < length; i++) {
            char c = record.charAt(i);
            if (c >= 0x80) {
                writeLong(record);
                return;
            }
            buffer[at++] = (byte) c;
        }
        buffer[at++] = '\n';
        used = at;
    }

    /** Text that is not ASCII, or longer than the buffer. */
    private void writeLong(String record) throws IOException {
        byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= buffer.length - used) {
            flush();
        }
        if (bytes.length >= buffer.length) {
            pass(bytes, bytes.length);
        } else {
            System.arraycopy(bytes, 0, buffer, used, bytes.length);
            used += bytes.length;
        }
        buffer[used++] = '\n';
    }

    /** Gives what is buffered to the file system; it need not be durable yet. */
    public void flush() throws IOException {
        pass(buffer, used);
        used = 0;
    }

    private void pass(byte[] bytes, int length) throws IOException {
        try {
            out.write(bytes, 0, length);
            written += length;
        } catch (IOException e) {
            failed = true;
            throw new IOException("Writing " + file + " failed: " + e.getMessage(), e);
        }
    }

    /** Bytes given to {@link #write} so far, in UTF-8, with line feeds. */
    public long bytesWritten() {
        return written + used;
    }

    /**
     * Puts all of it on the disk; returns only if that succeeded. After a failed write it only
     * frees what it holds: that failure was told already.
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (failed) {
            try {
                out.close();
            } catch (IOException e) {
                return; // the same failure again
            }
            return;
        }
        try (out) {
            flush();
        }
    }
}

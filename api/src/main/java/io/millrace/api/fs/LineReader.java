package io.millrace.api.fs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.URI;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * The lines of one split of a text file, pulled one at a time.
 *
 * <p>A line belongs to the split in which its first byte lies, and is read to its end whichever
 * split that is in: the lines of all splits of a file are the lines of the file, however it was
 * cut. Lines end with LF; one CR before the LF, or at the end of the file, is no part of the line.
 * A CR elsewhere is. The last line needs no LF. Malformed bytes become U+FFFD.
 *
 * <p>A UTF-8 byte order mark at the start of a file is left out if the charset is UTF-8; a UTF-16
 * one is then an error, as the text would be unreadable.
 *
 * <p>Unit: bytes of the file, compressed ones for a file that is compressed.
 *
 * <p>Threads: one.
 *
 * <p>Errors: a line longer than {@link #MAX_LINE_BYTES}, a file that has become shorter since it
 * was cut, and failures of the file system are IOExceptions that name file and offset.
 */
public final class LineReader implements AutoCloseable {
    /** A line is a string in the end, and none of those is meant to be larger. */
    public static final int MAX_LINE_BYTES = 256 << 20;

    private static final long FROM_THE_START = -1;
    private static final int CHUNK_BYTES = 128 << 10;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long EACH_LF = '\n' * EACH_BYTE;
    private static final long EACH_TOP_BIT = 0x8080808080808080L;

    private final FileRange split;
    private final Charset charset;
    private final int maxLineBytes;
    private final Compression compression;
    private final CountingInput counted;
    private final InputStream in;

    /** Reading stops here: at the end of the file as it was when it was cut. */
    private final long readLimit;

    /** Lines that begin here or later are not ours. */
    private final long splitEnd;

    private byte[] buffer;
    private int start; // of the next line in the buffer
    private int limit; // of what was read into the buffer
    private int searched; // no LF between start and here
    private long base; // position of buffer[0] in the text
    private int markBytes; // of a byte order mark before start, where the first line begins
    private boolean endOfText;
    private boolean closed;
    private String line;

    /** Opens a split of UTF-8 text. */
    public LineReader(FileRange split) throws IOException {
        this(split, StandardCharsets.UTF_8);
    }

    /** Opens a split; the file system is found by the split's path. */
    public LineReader(FileRange split, Charset charset) throws IOException {
        this(FileSystem.get(URI.create(split.path())), split, charset);
    }

    /** Opens a split on the file system given. */
    public LineReader(FileSystem files, FileRange split, Charset charset) throws IOException {
        this(files, split, charset, FROM_THE_START, CHUNK_BYTES, MAX_LINE_BYTES);
    }

    /**
     * Opens what is left of a split.
     *
     * @param position that {@link #position()} has said
     */
    public LineReader(FileSystem files, FileRange split, Charset charset, long position)
            throws IOException {
        this(files, split, charset, position, CHUNK_BYTES, MAX_LINE_BYTES);
    }

    LineReader(FileSystem files, FileRange split, Charset charset, int chunkBytes, int maxLineBytes)
            throws IOException {
        this(files, split, charset, FROM_THE_START, chunkBytes, maxLineBytes);
    }

    private LineReader(
            FileSystem files,
            FileRange split,
            Charset charset,
            long position,
            int chunkBytes,
            int maxLineBytes)
            throws IOException {
        checkLineEnd(charset);
        this.split = split;
        this.charset = charset;
        this.maxLineBytes = maxLineBytes;
        this.compression = Compression.of(URI.create(split.path()).getPath());
        this.buffer = new byte[chunkBytes];
        boolean whole = compression.splittable();
        this.readLimit = whole ? split.fileLength() : Long.MAX_VALUE;
        this.splitEnd = whole ? split.offset() + split.length() : Long.MAX_VALUE;
        boolean goesOn = position != FROM_THE_START;
        if (goesOn && !whole) {
            throw new IllegalArgumentException(
                    split.path() + " is compressed and cannot be entered in the middle");
        }
        // One byte early: whether a line begins at the offset is seen from the byte before it.
        this.base = goesOn ? position : whole ? Math.max(0, split.offset() - 1) : 0;
        this.counted = new CountingInput(files.open(URI.create(split.path()), base));
        try {
            this.in = unpacked();
            if (goesOn) {
                return;
            }
            if (base == 0 && split.offset() == 0) {
                skipByteOrderMark();
            } else {
                skipLineOfSplitBefore();
            }
        } catch (IOException | RuntimeException e) {
            counted.close();
            throw e;
        }
    }

    private InputStream unpacked() throws IOException {
        try {
            return compression.text(counted, split.path());
        } catch (EOFException | ZipException e) {
            throw new IOException("File " + split.path() + " is not what its name says: " + e, e);
        }
    }

    /** Lines are found in bytes, which needs a charset whose line feed is the byte 0x0A. */
    private static void checkLineEnd(Charset charset) {
        if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), new byte[] {'\n'})) {
            throw new IllegalArgumentException(
                    "Text cannot be read as "
                            + charset
                            + ", whose line feed is not the byte 0x0A: convert it to UTF-8.");
        }
    }

    /** Goes to the next line; false at the end of the split, and ever after. */
    public boolean next() throws IOException {
        if (base + start - markBytes >= splitEnd || closed) {
            line = null;
            return false;
        }
        markBytes = 0;
        int end = findLineEnd();
        if (end < 0) {
            if (start == limit) {
                line = null;
                return false;
            }
            end = limit;
        }
        int textEnd = end > start && buffer[end - 1] == '\r' ? end - 1 : end;
        line = new String(buffer, start, textEnd - start, charset);
        start = Math.min(end + 1, limit);
        searched = start;
        return true;
    }

    /**
     * The line that {@link #next()} went to, without its end; null before the first and at the end.
     */
    public String line() {
        return line;
    }

    /** Bytes of this split that are done with: from 0 to the split's length. */
    public long bytesConsumed() {
        long done = compression.splittable() ? base + start - split.offset() : counted.count;
        return Math.max(0, Math.min(done, split.length()));
    }

    /** Where in the file the next line begins; -1 if it is compressed, and has no such place. */
    public long position() {
        return compression.splittable() ? base + start : -1;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            buffer = new byte[0];
            in.close();
        }
    }

    private void skipByteOrderMark() throws IOException {
        if (!charset.equals(StandardCharsets.UTF_8)) {
            return;
        }
        boolean more = true;
        while (limit < 3 && more) {
            more = fill();
        }
        if (limit >= 3
                && buffer[0] == (byte) 0xEF
                && buffer[1] == (byte) 0xBB
                && buffer[2] == (byte) 0xBF) {
            markBytes = 3;
            start = 3;
            searched = 3;
        } else if (limit >= 2
                && ((buffer[0] == (byte) 0xFE && buffer[1] == (byte) 0xFF)
                        || (buffer[0] == (byte) 0xFF && buffer[1] == (byte) 0xFE))) {
            throw new IOException(
                    "File "
                            + split.path()
                            + " begins with the byte order mark of UTF-16 but is read as UTF-8:"
                            + " convert it to UTF-8.");
        }
    }

    /** Begins after the first LF at or after the byte before the split, whose line is not ours. */
    private void skipLineOfSplitBefore() throws IOException {
        while (true) {
            int lf = indexOfLineFeed(buffer, start, limit);
            if (lf >= 0) {
                start = lf + 1;
                searched = start;
                return;
            }
            start = limit;
            searched = limit;
            // A line that covers the whole split leaves nothing for it.
            if (base + start >= splitEnd || !fill()) {
                return;
            }
        }
    }

    /**
     * Index of the LF that ends the line at {@link #start}; -1 if the text ends before one comes.
     */
    private int findLineEnd() throws IOException {
        while (true) {
            int lf = indexOfLineFeed(buffer, searched, limit);
            if (lf >= 0) {
                return lf;
            }
            searched = limit;
            if (limit - start > maxLineBytes) {
                throw new IOException(
                        "The line at offset "
                                + (base + start)
                                + " of "
                                + split.path()
                                + " is longer than "
                                + maxLineBytes
                                + " bytes: is this a text file with line feeds?");
            }
            if (!fill()) {
                return -1;
            }
        }
    }

    /** Reads more behind what is left of the buffer; false at the end of the text. */
    private boolean fill() throws IOException {
        if (endOfText) {
            return false;
        }
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            base += start;
            limit -= start;
            searched -= start;
            start = 0;
        }
        if (limit == buffer.length) {
            // maxLineBytes + a chunk is within an array's bounds, as lines are checked before.
            buffer = Arrays.copyOf(buffer, (int) Math.min(2L * limit, limit + (64L << 20)));
        }
        long left = readLimit - (base + limit);
        int read = left == 0 ? -1 : read((int) Math.min(buffer.length - limit, left));
        if (read > 0) {
            limit += read;
            return true;
        }
        endOfText = true;
        if (compression.splittable() && left > 0) {
            throw new EOFException(
                    "File "
                            + split.path()
                            + " ends at byte "
                            + (base + limit)
                            + " but had "
                            + split.fileLength()
                            + " when the job was planned: it was changed since.");
        }
        return false;
    }

    private int read(int atMost) throws IOException {
        try {
            return in.read(buffer, limit, atMost);
        } catch (IOException e) {
            throw new IOException(
                    "Reading "
                            + split.path()
                            + " failed near byte "
                            + (base + limit)
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Eight bytes at a time: a byte that equals LF becomes 0, and a 0 borrows into its top bit. */
    static int indexOfLineFeed(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - 8; i += 8) {
            long x = (long) LONGS.get(bytes, i) ^ EACH_LF;
            long zero = (x - EACH_BYTE) & ~x & EACH_TOP_BIT;
            if (zero != 0) {
                return i + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Counts what is taken from the file, before it is unpacked. */
    private static final class CountingInput extends InputStream {
        private final InputStream in;
        private long count;

        CountingInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            if (read >= 0) {
                count++;
            }
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            if (read > 0) {
                count += read;
            }
            return read;
        }

        /** GZIPInputStream looks for a further member only where bytes are available. */
        @Override
        public int available() throws IOException {
            return in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}

package io.millrace.runtime.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * Orders the records of one key group by key, state, and namespace and part, whatever their number:
 * {@value #BUFFER_BYTES} bytes of them are ordered on the heap; what is more goes to local disk in
 * ordered runs, which are read side by side in the end.
 *
 * <p>Unit: with what tells where the records are, some four times that is taken of the heap, or
 * three times the largest record, if that is more. Without a directory to spill to, all records of
 * a key group are ordered on the heap.
 *
 * <p>Format: on local disk only. A run is pieces of about {@value #PIECE_BYTES} bytes, of records,
 * each behind its length (4).
 *
 * <p>Threads: the one that writes the snapshot.
 */
final class RecordSorter implements AutoCloseable {
    static final int BUFFER_BYTES = 4 << 20;
    private static final int PIECE_BYTES = 32 << 10;

    /** More are made one. */
    private static final int MAX_RUNS = 64;

    private final SpillFile file;
    private final boolean maySpill;
    private final RecordBytes buffer = new RecordBytes(1024);
    private int[] begins = new int[64];
    private int count;
    private List<Run> runs = new ArrayList<>();

    /** The run that is being written. */
    private Run writing = new Run();

    private final RecordBytes piece = new RecordBytes(PIECE_BYTES);

    private record Piece(long place, int bytes) {}

    private static final class Run {
        private final List<Piece> pieces = new ArrayList<>();
    }

    /** Takes records in their order. */
    @FunctionalInterface
    interface Output {
        void put(byte[] bytes, int from, int length) throws IOException;
    }

    /**
     * @param maySpill whether there is a directory for it
     */
    RecordSorter(SpillFile file, boolean maySpill) {
        this.file = file;
        this.maySpill = maySpill;
    }

    /**
     * Where the next record is put together, which {@link #end} tells has been.
     *
     * @throws StateException if records cannot be moved to disk
     */
    RecordBytes begin() throws IOException {
        if (maySpill && buffer.length() >= BUFFER_BYTES) {
            spill();
        }
        if (count == begins.length - 1) {
            begins = Arrays.copyOf(begins, 2 * begins.length);
        }
        begins[count] = buffer.length();
        return buffer;
    }

    void end() {
        begins[++count] = buffer.length();
    }

    private Iterator<Record> ordered() {
        byte[] bytes = buffer.bytes();
        Record[] records = new Record[count];
        for (int i = 0; i < count; i++) {
            records[i] = Record.of(bytes, begins[i], begins[i + 1]);
        }
        Arrays.sort(records);
        return Arrays.asList(records).iterator();
    }

    private void spill() throws IOException {
        write(ordered());
        buffer.truncate(0);
        count = 0;
        if (runs.size() == MAX_RUNS) {
            List<Run> before = runs;
            Merge merge = new Merge(before);
            runs = new ArrayList<>();
            try {
                write(merge);
            } finally {
                before.forEach(this::free);
            }
        }
    }

    private void write(Iterator<Record> records) throws IOException {
        while (records.hasNext()) {
            Record record = records.next();
            int length = record.end() - record.begin();
            if (piece.length() > 0 && piece.length() + length > PIECE_BYTES) {
                endPiece();
            }
            piece.putInt(length);
            piece.put(record.bytes(), record.begin(), length);
        }
        endPiece();
        runs.add(writing);
        writing = new Run();
    }

    private void endPiece() {
        if (piece.length() > 0) {
            long place = file.write(piece.bytes(), piece.length());
            writing.pieces.add(new Piece(place, piece.length()));
            piece.truncate(0);
        }
    }

    /**
     * Hands all records over, none of them twice, and forgets them.
     *
     * @throws StateException if they cannot be read from disk
     */
    void drain(Output output) throws IOException {
        Iterator<Record> records = ordered();
        if (!runs.isEmpty()) {
            Merge merge = new Merge(runs);
            merge.add(records);
            records = merge;
        }
        Record before = null;
        while (records.hasNext()) {
            Record record = records.next();
            // an entry that moved while it was copied comes twice
            if (before == null || record.compareTo(before) != 0) {
                output.put(record.bytes(), record.begin(), record.end() - record.begin());
            }
            before = record;
        }
        close();
    }

    private void free(Run run) {
        run.pieces.forEach(each -> file.free(each.place(), each.bytes()));
        run.pieces.clear();
    }

    /** Gives the disk back and forgets all records. */
    @Override
    public void close() {
        runs.forEach(this::free);
        runs.clear();
        free(writing);
        piece.truncate(0);
        buffer.truncate(0);
        count = 0;
    }

    /** Reads a run, a piece at a time. */
    private final class RunReader implements Iterator<Record> {
        private final Iterator<Piece> pieces;
        private byte[] bytes = {};
        private int at;

        RunReader(Run run) {
            this.pieces = run.pieces.iterator();
        }

        @Override
        public boolean hasNext() {
            return at < bytes.length || pieces.hasNext();
        }

        @Override
        public Record next() {
            if (at == bytes.length) {
                Piece next = pieces.next();
                // a new array: records of the last one are still in use
                bytes = new byte[next.bytes()];
                file.read(next.place(), bytes, bytes.length);
                at = 0;
            }
            int begin = at + 4;
            at = begin + RecordBytes.getInt(bytes, at);
            return Record.of(bytes, begin, at);
        }
    }

    /** Several ordered sources as one. */
    private final class Merge implements Iterator<Record> {
        private final PriorityQueue<Source> sources = new PriorityQueue<>();

        Merge(List<Run> runs) {
            runs.forEach(run -> add(new RunReader(run)));
        }

        void add(Iterator<Record> records) {
            if (records.hasNext()) {
                sources.add(new Source(records.next(), records));
            }
        }

        @Override
        public boolean hasNext() {
            return !sources.isEmpty();
        }

        @Override
        public Record next() {
            Source source = sources.poll();
            if (source == null) {
                throw new NoSuchElementException();
            }
            add(source.rest());
            return source.first();
        }
    }

    private record Source(Record first, Iterator<Record> rest) implements Comparable<Source> {
        @Override
        public int compareTo(Source other) {
            return first.compareTo(other.first);
        }
    }

    /** Where a record and its parts are. */
    private record Record(
            byte[] bytes, int begin, int end, int state, int key, int keyLength, int length)
            implements Comparable<Record> {
        static Record of(byte[] bytes, int begin, int end) {
            int at = begin;
            int[] numbers = new int[3];
            for (int i = 0; i < 3; i++) {
                for (int shift = 0; ; shift += 7) {
                    byte b = bytes[at++];
                    numbers[i] |= (b & 0x7f) << shift;
                    if (b >= 0) {
                        break;
                    }
                }
            }
            return new Record(
                    bytes, begin, end, numbers[0] >>> 1, at, numbers[1], numbers[1] + numbers[2]);
        }

        @Override
        public int compareTo(Record other) {
            int order =
                    Arrays.compareUnsigned(
                            bytes,
                            key,
                            key + keyLength,
                            other.bytes,
                            other.key,
                            other.key + other.keyLength);
            if (order == 0) {
                order = Integer.compare(state, other.state);
            }
            return order != 0
                    ? order
                    : Arrays.compareUnsigned(
                            bytes,
                            key + keyLength,
                            key + length,
                            other.bytes,
                            other.key + other.keyLength,
                            other.key + other.length);
        }
    }
}

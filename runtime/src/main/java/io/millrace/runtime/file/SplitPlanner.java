package io.millrace.runtime.file;

import io.millrace.api.fs.Compression;
import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Finds the files of an input and cuts them into splits, the same ones each time as long as the
 * files are the same.
 *
 * <p>An input is a file, a folder or a glob of both. Of a folder the files directly in it are read;
 * names that begin with a dot or an underscore are left out there and among what a glob matches,
 * unless the glob's own last name begins so. Empty files give no split.
 *
 * <p>Each block is a split at first. While there are fewer than asked for, the block whose pieces
 * are the largest is cut into one piece more, so that the pieces of a block are of equal size and
 * no more splits are made than needed. Compressed files are one split each.
 */
public final class SplitPlanner {
    private final FileSystem files;

    public SplitPlanner(FileSystem files) {
        this.files = files;
    }

    /**
     * Files of an input, sorted by path.
     *
     * @throws FileNotFoundException if there is nothing at the path or nothing matches the glob;
     *     the message is a sentence for the user
     */
    public List<FileStatus> find(String path) throws IOException {
        URI literal = GlobPattern.isGlob(path) ? null : files.qualify(path);
        List<FileStatus> found = new ArrayList<>();
        try {
            // A file that is really called a[1].txt is meant before what the glob would match.
            FileStatus there = files.status(literal != null ? literal : files.qualify(path));
            addFilesOf(there, found);
            return sorted(found);
        } catch (FileNotFoundException | IllegalArgumentException e) {
            if (literal != null) {
                FileNotFoundException missing =
                        new FileNotFoundException("Input path " + literal + " does not exist.");
                missing.initCause(e);
                throw missing;
            }
        }
        boolean hiddenMeant = hidden(path.substring(path.lastIndexOf('/') + 1));
        List<FileStatus> matches = files.glob(path);
        for (FileStatus match : matches) {
            if (hiddenMeant || !hidden(name(match))) {
                addFilesOf(match, found);
            }
        }
        if (matches.isEmpty()) {
            throw new FileNotFoundException("Nothing matches the input path " + path + ".");
        }
        return sorted(found);
    }

    private void addFilesOf(FileStatus there, List<FileStatus> found) throws IOException {
        if (!there.folder()) {
            found.add(there);
            return;
        }
        for (FileStatus child : files.list(there.path())) {
            if (!child.folder() && !hidden(name(child))) {
                found.add(child);
            }
        }
    }

    /** Sorted, and each file once, even if a glob matches both it and its folder. */
    private static List<FileStatus> sorted(List<FileStatus> found) {
        List<FileStatus> sorted = new ArrayList<>();
        found.sort(Comparator.comparing(s -> s.path().toString()));
        for (FileStatus file : found) {
            if (sorted.isEmpty() || !sorted.get(sorted.size() - 1).path().equals(file.path())) {
                sorted.add(file);
            }
        }
        return sorted;
    }

    private static String name(FileStatus status) {
        String path = status.path().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static boolean hidden(String name) {
        return name.startsWith(".") || name.startsWith("_");
    }

    /**
     * Cuts files into splits, in order of path and offset.
     *
     * @param operator number of the source operator in the job
     * @param minSplits there are at least as many, if the files that can be cut have enough bytes
     */
    public List<FileSplit> split(int operator, List<FileStatus> inputs, int minSplits)
            throws IOException {
        List<Piece> pieces = new ArrayList<>();
        for (FileStatus input : inputs) {
            if (input.length() == 0) {
                continue;
            }
            if (!Compression.of(input.path().getPath()).splittable()) {
                pieces.add(new Piece(input, 0, input.length(), false));
                continue;
            }
            long end = 0;
            for (FileBlock block : files.blocks(input)) {
                // What the blocks say and what the status said may differ by what was just
                // appended.
                long blockEnd = Math.min(block.offset() + block.length(), input.length());
                if (blockEnd > end) {
                    pieces.add(new Piece(input, end, blockEnd - end, true));
                    end = blockEnd;
                }
            }
            if (end < input.length()) {
                pieces.add(new Piece(input, end, input.length() - end, true));
            }
        }
        cutLargest(pieces, minSplits);
        List<FileSplit> splits = new ArrayList<>();
        for (Piece piece : pieces) {
            String path = piece.file.path().toString();
            for (int i = 0; i < piece.parts; i++) {
                long from = piece.offset + piece.cut(i);
                long to = piece.offset + piece.cut(i + 1);
                splits.add(new FileSplit(operator, path, from, to - from, piece.file.length()));
            }
        }
        return splits;
    }

    private static void cutLargest(List<Piece> pieces, int minSplits) {
        PriorityQueue<Piece> largest =
                new PriorityQueue<>(
                        Comparator.comparingLong(Piece::largestPart)
                                .reversed()
                                .thenComparing(p -> p.file.path().toString())
                                .thenComparingLong(p -> p.offset));
        for (Piece piece : pieces) {
            if (piece.divisible) {
                largest.add(piece);
            }
        }
        for (int made = pieces.size(); made < minSplits; made++) {
            Piece next = largest.poll();
            if (next == null || next.largestPart() <= 1) {
                return;
            }
            next.parts++;
            largest.add(next);
        }
    }

    /** A block, or what of it is in the file, and into how many parts it is cut. */
    private static final class Piece {
        private final FileStatus file;
        private final long offset;
        private final long length;
        private final boolean divisible;
        private int parts = 1;

        Piece(FileStatus file, long offset, long length, boolean divisible) {
            this.file = file;
            this.offset = offset;
            this.length = length;
            this.divisible = divisible;
        }

        /** Where part i begins, from the start of the piece; exact, also beyond 2^53 bytes. */
        long cut(int i) {
            long each = length / parts;
            return each * i + Math.min(i, length % parts);
        }

        long largestPart() {
            return (length + parts - 1) / parts;
        }
    }
}

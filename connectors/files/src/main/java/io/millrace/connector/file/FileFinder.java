package io.millrace.connector.file;

import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileRange;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.Path;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds files, in folders and the folders in them, and cuts them into splits.
 *
 * <p>Names that begin with a dot or an underscore are left out below a folder, and so is what lies
 * in such folders: files that are being written bear them. Empty files give no split. A file that
 * can be cut gives a split for each block, and for each {@link #LARGEST_SPLIT_BYTES} of larger
 * ones.
 */
final class FileFinder {
    /** Larger ones would leave readers without work at the end. */
    static final long LARGEST_SPLIT_BYTES = 64L << 20;

    private final List<Path> paths;
    private final StreamFormat<?> format;
    private final long largestSplitBytes;

    FileFinder(List<Path> paths, StreamFormat<?> format) {
        this(paths, format, LARGEST_SPLIT_BYTES);
    }

    FileFinder(List<Path> paths, StreamFormat<?> format, long largestSplitBytes) {
        this.paths = List.copyOf(paths);
        this.format = format;
        this.largestSplitBytes = largestSplitBytes;
    }

    /**
     * What was found.
     *
     * @param files all, with their splits
     */
    record Found(List<FoundFile> files) {}

    record FoundFile(String path, List<FileSourceSplit> splits) {}

    /**
     * Looks for files that are not known, in the order of their paths.
     *
     * @throws FileNotFoundException if one of the paths is not there
     */
    Found find(Set<String> known) throws IOException {
        List<FoundFile> found = new ArrayList<>();
        for (Path path : paths) {
            FileSystem files = path.getFileSystem();
            URI there = files.qualify(path.toString());
            FileStatus status;
            try {
                status = files.status(there);
            } catch (FileNotFoundException e) {
                throw new FileNotFoundException("Input path " + there + " does not exist.");
            }
            add(files, status, known, found);
        }
        return new Found(found);
    }

    private void add(FileSystem files, FileStatus status, Set<String> known, List<FoundFile> found)
            throws IOException {
        if (!status.folder()) {
            String path = status.path().toString();
            if (!known.contains(path)) {
                found.add(new FoundFile(path, cut(files, status)));
            }
            return;
        }
        List<FileStatus> children;
        try {
            children = files.list(status.path());
        } catch (FileNotFoundException e) {
            return; // a folder that was removed meanwhile has no files
        }
        for (FileStatus child : children) {
            if (!isHidden(child)) {
                add(files, child, known, found);
            }
        }
    }

    private static boolean isHidden(FileStatus status) {
        String name = new Path(status.path()).getName();
        return name.startsWith(".") || name.startsWith("_");
    }

    private List<FileSourceSplit> cut(FileSystem files, FileStatus file) throws IOException {
        List<FileSourceSplit> splits = new ArrayList<>();
        if (file.length() == 0) {
            return splits;
        }
        if (!format.isSplittable(new Path(file.path()))) {
            splits.add(split(file, 0, file.length(), List.of()));
            return splits;
        }
        long at = 0;
        for (FileBlock block : files.blocks(file)) {
            // what the blocks say and what the status said may differ by what was just appended
            long end = Math.min(block.offset() + block.length(), file.length());
            at = cut(file, at, end, block.hosts(), splits);
        }
        cut(file, at, file.length(), List.of(), splits);
        return splits;
    }

    private long cut(
            FileStatus file, long from, long end, List<String> hosts, List<FileSourceSplit> into) {
        long length = end - from;
        if (length <= 0) {
            return from;
        }
        long parts = (length + largestSplitBytes - 1) / largestSplitBytes;
        for (long part = 0; part < parts; part++) {
            long first = from + length / parts * part + Math.min(part, length % parts);
            long next = from + length / parts * (part + 1) + Math.min(part + 1, length % parts);
            into.add(split(file, first, next - first, hosts));
        }
        return end;
    }

    private static FileSourceSplit split(
            FileStatus file, long offset, long length, List<String> hosts) {
        return new FileSourceSplit(
                new FileRange(file.path().toString(), offset, length, file.length()), hosts, -1, 0);
    }
}

package io.millrace.runtime.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The local directories that state goes to when managed memory is short ({@code io.tmp.dirs}).
 *
 * <p>A file loses its name as soon as it is open: its space is given back when it is closed, and
 * also when the process dies in whatever way.
 *
 * <p>Threads: any.
 */
public final class SpillDirectories {
    private static final SpillDirectories NONE = new SpillDirectories(List.of());

    private final List<Path> directories;
    private final UnaryOperator<FileChannel> channels;
    private int turn;

    /**
     * @param directories used in turns; they are made when they are needed. Empty: nothing is
     *     spilled, and memory that is used up is an error
     */
    public SpillDirectories(List<Path> directories) {
        this(directories, channel -> channel);
    }

    /**
     * @param channels what is used in place of a channel
     */
    SpillDirectories(List<Path> directories, UnaryOperator<FileChannel> channels) {
        this.directories = List.copyOf(directories);
        this.channels = channels;
    }

    /** Nothing is spilled. */
    public static SpillDirectories none() {
        return NONE;
    }

    /** For a backend that has files of its own; empty if nothing may be spilled. */
    public List<Path> directories() {
        return directories;
    }

    boolean isEmpty() {
        return directories.isEmpty();
    }

    /** A file that is being written, and where it lay when it was opened. */
    record Opened(FileChannel channel, Path directory) {}

    /**
     * A new file, for what is no state but as large; null if there are no directories.
     *
     * @throws IOException if none takes one, with the reason of each
     */
    public FileChannel openFile() throws IOException {
        return isEmpty() ? null : open().channel();
    }

    /**
     * Opens a new file in the next directory that takes one.
     *
     * @throws IOException if none does, with the reason of each
     */
    synchronized Opened open() throws IOException {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < directories.size(); i++) {
            Path directory = directories.get(Math.floorMod(turn++, directories.size()));
            try {
                Files.createDirectories(directory);
                Path file = directory.resolve("millrace-state-" + UUID.randomUUID());
                FileChannel channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE);
                Files.deleteIfExists(file);
                return new Opened(channels.apply(channel), directory);
            } catch (IOException e) {
                reasons.add(directory + ": " + e);
            }
        }
        throw new IOException(String.join("; ", reasons));
    }
}

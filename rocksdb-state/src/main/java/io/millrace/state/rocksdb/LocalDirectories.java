package io.millrace.state.rocksdb;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.state.StateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories for databases on the local disks, used in turns.
 *
 * <p>In each place the process has one folder, {@code millrace-rocksdb-<id>}, and beside it a file
 * {@code millrace-rocksdb-<id>.lock} that it holds a lock on as long as it lives. Whoever comes
 * later removes the folders whose lock nobody holds: those of processes that were killed.
 *
 * <p>Threads: any.
 */
final class LocalDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDirectories.class);
    private static final String PREFIX = "millrace-rocksdb-";
    private static final String LOCK = ".lock";

    /**
     * The id of this process: a lock of its own must never be opened a second time, as closing the
     * one would give up the other.
     */
    private static final String OWN = PREFIX + UUID.randomUUID();

    /** What this process has in one place. */
    private static final class Place {
        final FileChannel lock;
        int directories;

        Place(FileChannel lock) {
            this.lock = lock;
        }
    }

    /** Guarded by itself; only places that have directories of this process. */
    private static final Map<Path, Place> PLACES = new HashMap<>();

    private static int count;

    private int turn;

    /**
     * Makes an empty directory in the next place that takes one.
     *
     * @throws StateException if none does, with the reason of each
     */
    Path create(List<Path> places, String owner) {
        List<String> reasons = new ArrayList<>();
        int first = nextTurn();
        for (int i = 0; i < places.size(); i++) {
            Path place = places.get(Math.floorMod(first + i, places.size()));
            try {
                return create(place.toAbsolutePath());
            } catch (IOException e) {
                reasons.add(place + ": " + e);
            }
        }
        throw new StateException(
                Failure.Category.CLUSTER,
                "No directory takes the files of RocksDB for "
                        + owner
                        + " (state.backend.rocksdb.localdir, io.tmp.dirs): "
                        + String.join("; ", reasons));
    }

    private synchronized int nextTurn() {
        return turn++;
    }

    private static Path create(Path at) throws IOException {
        synchronized (PLACES) {
            Place place = PLACES.get(at);
            if (place == null) {
                Files.createDirectories(at);
                removeLeftOvers(at);
                place = new Place(lock(at.resolve(OWN + LOCK)));
                PLACES.put(at, place);
            }
            Path directory = at.resolve(OWN).resolve(Integer.toString(count++));
            Files.createDirectories(directory);
            place.directories++;
            return directory;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        while (true) {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null && Files.exists(file)) {
                return channel;
            }
            // somebody has taken it for a left-over before it was locked
            channel.close();
        }
    }

    private static void removeLeftOvers(Path place) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(place, PREFIX + "*" + LOCK)) {
            for (Path lock : locks) {
                String name = lock.getFileName().toString();
                if (!name.startsWith(OWN)) {
                    removeIfLeft(
                            lock, place.resolve(name.substring(0, name.length() - LOCK.length())));
                }
            }
        }
    }

    private static void removeIfLeft(Path file, Path folder) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                remove(folder);
                Files.deleteIfExists(file);
                LOG.info("Removed {}, which a process that was killed had left", folder);
            }
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("{} stays", folder, e); // another's, or just being removed
        }
    }

    /** Removes a directory that was created here, with all that is in it. */
    static void release(Path directory) {
        remove(directory);
        Path at = directory.getParent().getParent();
        synchronized (PLACES) {
            Place place = PLACES.get(at);
            if (--place.directories > 0) {
                return;
            }
            PLACES.remove(at);
            remove(at.resolve(OWN));
            try {
                Files.deleteIfExists(at.resolve(OWN + LOCK));
                place.lock.close();
            } catch (IOException e) {
                LOG.warn("{} stays in {}: {}", OWN + LOCK, at, e.toString());
            }
        }
    }

    /** What cannot be removed stays. */
    private static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Files of RocksDB stay in {}: {}", directory, e.toString());
        }
    }
}

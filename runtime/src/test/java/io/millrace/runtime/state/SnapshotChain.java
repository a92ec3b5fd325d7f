package io.millrace.runtime.state;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Snapshots of one store that build on each other, in files of a directory. */
final class SnapshotChain {
    private final Path directory;
    private final List<SnapshotInput> snapshots = new ArrayList<>();

    SnapshotChain(Path directory) {
        this.directory = directory;
    }

    /** Writes and closes it. */
    void write(StateSnapshot snapshot, long checkpointId) throws Exception {
        Path file = directory.resolve("snapshot-" + checkpointId);
        try (snapshot;
                var out = Files.newOutputStream(file)) {
            snapshot.write(out::write);
        }
        snapshots.add(new FileInput(file));
    }

    void restoreInto(KeyedStateStore store) throws Exception {
        for (SnapshotInput snapshot : snapshots) {
            store.restore(snapshot);
        }
    }

    /** Reads a file as it was written. */
    private record FileInput(Path file) implements SnapshotInput {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public long length() {
            return file.toFile().length();
        }

        @Override
        public void read(long position, byte[] into, int offset, int count) throws IOException {
            try (var in = new RandomAccessFile(file.toFile(), "r")) {
                in.seek(position);
                in.readFully(into, offset, count);
            }
        }
    }
}

package org.example.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A folder by which a test on this machine sees how far a job has come, and holds it there: the job
 * leaves a file for each run that has come to the gate, and passes when the test has made the file
 * {@code open}.
 */
final class Gate {
    private final Path folder;

    Gate(String folder) {
        this.folder = Path.of(folder);
    }

    /** Leaves a file whose name begins so, to be seen by the test. */
    void leave(String prefix) throws IOException {
        Files.createDirectories(folder);
        Files.createTempFile(folder, prefix + "-", "");
    }

    boolean isOpen() {
        return Files.exists(folder.resolve("open"));
    }

    /** Returns when the gate is open, or nobody wants to pass any more. */
    void arriveAndWait(BooleanSupplier wanted) throws IOException {
        Files.createDirectories(folder);
        Files.createTempFile(folder, "arrived-", "");
        while (wanted.getAsBoolean() && !isOpen()) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}

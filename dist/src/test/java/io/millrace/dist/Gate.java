package io.millrace.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;

/** A local folder by which a job on the cluster and its test tell each other how far they are. */
record Gate(Path folder, Cluster cluster) {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** Lets the job come to its end. */
    void open() throws IOException {
        Files.createFile(folder.resolve("open"));
    }

    /** What the job's subtasks have put there; nothing before the first of them has. */
    List<Path> files(String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    void awaitFiles(String applicationId, String prefix, int count) throws Exception {
        Conditions.await(
                count + " files " + prefix + "* at the gate",
                LIMIT,
                () -> {
                    if (cluster.yarn().report(applicationId).getFinalApplicationStatus()
                            != FinalApplicationStatus.UNDEFINED) {
                        throw new AssertionError(
                                "It has ended: " + cluster.describe(applicationId));
                    }
                    return files(prefix).size() >= count;
                },
                () -> "there are " + files("") + "; " + cluster.describe(applicationId));
    }
}

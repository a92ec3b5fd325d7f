package io.millrace.benchmarks;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a job's checkpoints cost, read from where they lie: a job that is measured keeps all of them
 * until it ends.
 */
final class CheckpointFigures {
    /** As many as can be kept; more than a run of a few minutes has. */
    static final int RETAINED = 1_000;

    private final CheckpointFolder folder;

    CheckpointFigures(String directory, String jobId) {
        this.folder = CheckpointFolder.of(directory, jobId);
    }

    /** One that is complete. */
    private record Complete(long bytes, long millis) {}

    /**
     * Of those that were triggered within a span of time and are complete by now.
     *
     * @param fromMillis milliseconds since 1970
     * @param toMillis milliseconds since 1970
     */
    Map<String, Double> between(long fromMillis, long toMillis) throws IOException {
        FileSystem files = FileSystems.of(folder.path());
        URI at = files.qualify(folder.path());
        List<Complete> complete = new ArrayList<>();
        for (FileStatus checkpoint : files.list(at)) {
            String name = name(checkpoint.path());
            if (!name.startsWith("chk-")) {
                continue;
            }
            long id = Long.parseLong(name.substring("chk-".length()));
            try {
                FileStatus published =
                        files.status(FileSystems.below(checkpoint.path(), "_metadata"));
                CheckpointMetadata metadata = read(id);
                if (metadata.wallMillis() >= fromMillis && metadata.wallMillis() < toMillis) {
                    complete.add(
                            new Complete(
                                    metadata.bytes(),
                                    published.modifiedMillis() - metadata.wallMillis()));
                }
            } catch (FileNotFoundException e) {
                // it is on its way, or was given up
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("completed", (double) complete.size());
        figures.put("meanBytes", mean(complete.stream().mapToLong(Complete::bytes).toArray()));
        figures.put("mostBytes", most(complete.stream().mapToLong(Complete::bytes).toArray()));
        figures.put("meanMillis", mean(complete.stream().mapToLong(Complete::millis).toArray()));
        figures.put("mostMillis", most(complete.stream().mapToLong(Complete::millis).toArray()));
        return figures;
    }

    private static double mean(long[] values) {
        double sum = 0;
        for (long value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : Math.round(10 * sum / values.length) / 10.0;
    }

    private static double most(long[] values) {
        long most = 0;
        for (long value : values) {
            most = Math.max(most, value);
        }
        return most;
    }

    private static String name(URI folder) {
        String path = folder.getPath();
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private CheckpointMetadata read(long id) throws IOException {
        AtomicReference<CheckpointStorage.Result<CheckpointMetadata>> answer =
                new AtomicReference<>();
        new FileCheckpointStorage(Runnable::run).read(folder, id, answer::set);
        if (answer.get() instanceof CheckpointStorage.Result.Done<CheckpointMetadata> done) {
            return done.value();
        }
        throw new IOException("The metadata of checkpoint " + id + ": " + answer.get());
    }
}

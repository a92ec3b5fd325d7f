package io.millrace.chaos;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads what the job has made visible. */
final class OutputLines {
    private OutputLines() {}

    /**
     * All lines of all files below a folder, and how often each is there; files whose names begin
     * with a dot or an underscore are not visible to readers.
     */
    static Map<String, Integer> read(String folder) throws IOException {
        FileSystem files = FileSystems.of(folder);
        Map<String, Integer> lines = new HashMap<>();
        read(files, files.qualify(folder), lines);
        return lines;
    }

    private static void read(FileSystem files, URI folder, Map<String, Integer> lines)
            throws IOException {
        for (FileStatus status : files.list(folder)) {
            String path = status.path().getPath();
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (name.startsWith(".") || name.startsWith("_")) {
                continue;
            }
            if (status.folder()) {
                read(files, status.path(), lines);
            } else {
                try (BufferedReader reader =
                        new BufferedReader(
                                new InputStreamReader(
                                        files.open(status.path(), 0), StandardCharsets.UTF_8))) {
                    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                        lines.merge(line, 1, Integer::sum);
                    }
                }
            }
        }
    }
}

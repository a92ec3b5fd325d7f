package io.millrace.connector.file.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies below the folder of a sink. */
record WrittenFiles(Path folder) {

    /** Files that anybody sees. */
    List<Path> visible() throws IOException {
        return all().filter(file -> !isHidden(file)).toList();
    }

    List<Path> hidden() throws IOException {
        return all().filter(this::isHidden).toList();
    }

    private boolean isHidden(Path file) {
        for (Path part : folder.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private Stream<Path> all() throws IOException {
        if (!Files.exists(folder)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    /** Lines of all files that anybody sees. */
    List<String> lines() throws IOException {
        return visible().stream()
                .flatMap(
                        file -> {
                            try {
                                return Files.readAllLines(file).stream();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        })
                .toList();
    }

    /** Where each visible file lies below the folder. */
    List<String> names() throws IOException {
        return visible().stream().map(file -> folder.relativize(file).toString()).toList();
    }
}

package io.millrace.runtime.local;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.MetadataFormat;
import io.millrace.runtime.checkpoint.StatePart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads what jobs have left below a folder. */
final class CompleteCheckpoints {
    private CompleteCheckpoints() {}

    /** Their folders, in no order. */
    static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().equals("_metadata"))
                    .map(Path::getParent)
                    .toList();
        }
    }

    static Path newestBelow(Path folder) throws IOException {
        return below(folder).stream()
                .max(Comparator.comparingLong(CompleteCheckpoints::idOf))
                .orElseThrow();
    }

    /** By the folder's name. */
    static long idOf(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring("chk-".length()));
    }

    static CheckpointMetadata metadata(Path checkpoint) throws IOException {
        return MetadataFormat.read(
                Files.readAllBytes(checkpoint.resolve("_metadata")), checkpoint.toString());
    }

    /** The length of all its parts of some kinds. */
    static long bytesOf(Path checkpoint, Predicate<StatePart.Kind> kinds) throws IOException {
        return metadata(checkpoint).vertices().stream()
                .flatMap(vertex -> vertex.subtasks().stream())
                .flatMap(subtask -> subtask.operators().stream())
                .flatMap(operator -> operator.parts().stream())
                .filter(part -> kinds.test(part.kind()))
                .mapToLong(StatePart::length)
                .sum();
    }
}

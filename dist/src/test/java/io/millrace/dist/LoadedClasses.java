package io.millrace.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a JVM wrote with {@code -Xlog:class+load}: where its classes came from. */
final class LoadedClasses {
    private static final String ARCHIVED = "source: shared objects file";

    private final List<String> archived = new ArrayList<>();
    private final List<String> fromJars = new ArrayList<>();

    private LoadedClasses() {}

    /** Counts the classes of the JDK and of the distribution; what is made while running, not. */
    static LoadedClasses read(Path log) throws IOException {
        LoadedClasses classes = new LoadedClasses();
        try (Stream<String> lines = Files.lines(log)) {
            lines.forEach(
                    line -> {
                        int source = line.indexOf(" source: ");
                        if (source < 0) {
                            return;
                        }
                        String name = line.substring(line.lastIndexOf(' ', source - 1) + 1, source);
                        if (line.contains(ARCHIVED)) {
                            classes.archived.add(name);
                        } else if (line.endsWith(".jar") || line.contains("source: jrt:/")) {
                            classes.fromJars.add(name);
                        }
                    });
        }
        return classes;
    }

    void leaveOut(String prefix) {
        archived.removeIf(name -> name.startsWith(prefix));
        fromJars.removeIf(name -> name.startsWith(prefix));
    }

    /** Between 0 and 1. */
    double shareFromArchive() {
        return (double) archived.size() / Math.max(1, archived.size() + fromJars.size());
    }

    @Override
    public String toString() {
        return archived.size()
                + " classes came from the class-data archive, "
                + fromJars.size()
                + " from jars: "
                + fromJars.subList(0, Math.min(30, fromJars.size()));
    }
}

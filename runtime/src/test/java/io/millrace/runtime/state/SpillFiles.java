package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What tests of state on disk put there, and what they must find of it in the end. */
final class SpillFiles {
    private SpillFiles() {}

    /** A thousand bytes that tell which they are. */
    static String text(long key, int version) {
        String one = key + "/" + version + " ";
        return one.repeat(1000 / one.length());
    }

    static void assertThatNoneIsLeft(Path directory) throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("millrace")))
                    .isEmpty();
        }
    }
}

package io.millrace.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs and sends signals. */
final class Commands {
    private static final long MINUTES = 5;

    private Commands() {}

    /**
     * Runs a program to its end.
     *
     * @param log takes what it says, after what is there already
     * @return what it said
     * @throws IOException if its exit code is not 0 or it does not end
     */
    static String run(Path log, List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile("chaos", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            String text = Files.readString(said, StandardCharsets.UTF_8);
            Files.writeString(
                    log,
                    "$ " + String.join(" ", command) + "\n" + text,
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.APPEND);
            if (!ended || process.exitValue() != 0) {
                throw new IOException(
                        String.join(" ", command)
                                + (ended
                                        ? " ended with exit code " + process.exitValue()
                                        : " did not end within " + MINUTES + " minutes")
                                + ":\n"
                                + text);
            }
            return text;
        } finally {
            Files.deleteIfExists(said);
        }
    }

    /** Sends a signal; nothing happens if the process is gone. */
    static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}

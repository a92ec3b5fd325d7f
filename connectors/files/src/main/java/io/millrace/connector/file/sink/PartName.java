package io.millrace.connector.file.sink;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who writes a file: no other writer ever has the same of these, so that names never meet.
 *
 * <p>Format of a file's name, with prefix and suffix as the program likes them:
 *
 * <pre>
 * (prefix)-(subtask)-(sink)-(epoch)-(counter)-(number)(suffix)
 * </pre>
 *
 * @param sink 12 hexadecimal digits out of the job's id and the operator's, see {@link #sink}
 * @param subtask from 0
 * @param epoch of the attempt
 * @param counter of the attempt, in its epoch
 */
record PartName(String sink, int subtask, int epoch, int counter) {
    private static final Pattern NAME =
            Pattern.compile("(\\d+)-(\\p{XDigit}{12})-(\\d+)-(\\d+)-(\\d+)");

    /** Tells the sinks of all jobs apart. */
    static String sink(String jobId, String operatorId) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest((jobId + "/" + operatorId).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * @param attemptId {@code epoch.counter}
     */
    static PartName of(String jobId, String operatorId, int subtask, String attemptId) {
        int dot = attemptId.indexOf('.');
        return new PartName(
                sink(jobId, operatorId),
                subtask,
                Integer.parseInt(attemptId.substring(0, dot)),
                Integer.parseInt(attemptId.substring(dot + 1)));
    }

    /** Name of a file that it writes. */
    String file(OutputFileConfig config, long number) {
        return config.getPartPrefix()
                + "-"
                + subtask
                + "-"
                + sink
                + "-"
                + epoch
                + "-"
                + counter
                + "-"
                + number
                + config.getPartSuffix();
    }

    /** A file by its name. */
    record Numbered(PartName writer, long number) {}

    /** Who has written a file of this name; empty if it is no name of ours. */
    static Optional<Numbered> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        Numbered last = null;
        while (matcher.find()) {
            // a prefix may look like one
            last =
                    new Numbered(
                            new PartName(
                                    matcher.group(2),
                                    Integer.parseInt(matcher.group(1)),
                                    Integer.parseInt(matcher.group(3)),
                                    Integer.parseInt(matcher.group(4))),
                            Long.parseLong(matcher.group(5)));
        }
        return Optional.ofNullable(last);
    }

    /** Whether it is an earlier execution of the same subtask. */
    boolean isBefore(PartName other) {
        return sink.equals(other.sink)
                && subtask == other.subtask
                && (epoch < other.epoch || epoch == other.epoch && counter < other.counter);
    }
}

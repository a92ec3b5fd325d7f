package io.millrace.hdfs;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the records of an application lie.
 *
 * <p>Format:
 *
 * <pre>
 *   (ha-dir)/(application)/          made by the launcher, removed after the end
 *     epoch-(n)/                     exactly one; renamed to the next epoch, never made again
 *       (name)                       one record; renamed into place when complete, never changed
 *     tmp/                           records being written: epoch-(n).(name).(random)
 * </pre>
 *
 * @param folder of the application
 */
record JobRecord(FileSystem files, URI folder) {
    private static final Pattern EPOCH = Pattern.compile("epoch-(\\d{1,9})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9.-]{0,199}");

    static JobRecord of(FileSystem files, String haDir, String application) {
        return new JobRecord(
                files, FileSystems.below(files.qualify(haDir), checked(application, "_")));
    }

    URI epoch(int epoch) {
        return FileSystems.below(folder, "epoch-" + epoch);
    }

    URI entry(int epoch, String name) {
        return FileSystems.below(epoch(epoch), checked(name, ""));
    }

    URI tmp() {
        return FileSystems.below(folder, "tmp");
    }

    /**
     * The epoch that the record belongs to. Empty if no folder of one is seen, which on a file
     * system that lists in several steps may be so while another takes over.
     *
     * @throws java.io.FileNotFoundException if the application has no record (any more)
     */
    OptionalInt owner() throws IOException {
        OptionalInt highest = OptionalInt.empty();
        for (FileStatus status : files.list(folder)) {
            Matcher name = EPOCH.matcher(name(status.path()));
            if (status.folder() && name.matches()) {
                int epoch = Integer.parseInt(name.group(1));
                highest = OptionalInt.of(Math.max(epoch, highest.orElse(epoch)));
            }
        }
        return highest;
    }

    byte[] read(URI entry) throws IOException {
        try (InputStream in = files.open(entry, 0)) {
            return in.readAllBytes();
        }
    }

    static String name(URI path) {
        return path.getPath().substring(path.getPath().lastIndexOf('/') + 1);
    }

    private static String checked(String name, String alsoAllowed) {
        String plain = alsoAllowed.isEmpty() ? name : name.replace(alsoAllowed, "-");
        if (!NAME.matcher(plain).matches()) {
            throw new IllegalArgumentException(
                    "Not a name of a record: '"
                            + name
                            + "'; 1 to 200 letters, digits, dots and dashes are.");
        }
        return name;
    }
}

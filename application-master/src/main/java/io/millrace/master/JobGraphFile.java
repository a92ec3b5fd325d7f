package io.millrace.master;

import io.millrace.runtime.graph.JobGraph;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A job graph as the launcher ships it to the application master.
 *
 * <p>Format: Java serialization of {@link JobGraph}; holds only engine types, and nothing else is
 * read.
 */
public final class JobGraphFile {
    /** Name of the file beside the application master's process. */
    public static final String NAME = "job.graph";

    private static final ObjectInputFilter ENGINE_TYPES_ONLY =
            ObjectInputFilter.Config.createFilter(
                    "io.millrace.runtime.graph.*;java.lang.*;java.util.*;!*");

    private JobGraphFile() {}

    public static byte[] write(JobGraph graph) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(graph);
        } catch (IOException e) {
            throw new UncheckedIOException("The job graph cannot be serialized", e);
        }
        return bytes.toByteArray();
    }

    public static JobGraph read(Path file) throws IOException {
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
            in.setObjectInputFilter(ENGINE_TYPES_ONLY);
            return (JobGraph) in.readObject();
        } catch (ClassNotFoundException e) {
            throw new IOException(file + " is no job graph of this build", e);
        }
    }
}

package io.millrace.master;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.master.yarn.ContainerFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the launcher tells the application master, in the file {@value #FILE} beside its process.
 * Holds no secret.
 *
 * <p>Format: JSON. Launcher and application master are always of one build, so that there is no
 * version.
 *
 * @param name of the application
 * @param graphFile name of the file beside the process that holds the job graph; null if the
 *     program's {@code main} is to be run here
 * @param entryClass null for the one in the jar's manifest
 * @param programJar name of the program's jar in the folder of the user's jars; null with a graph
 * @param stagingFolder of this application, removed at its end
 * @param records folder of the job records of all applications
 * @param leaseMillis how long a worker stays without an application master
 * @param attempts how often YARN starts the application master
 * @param distributionJars in the order of the class path
 * @param workerFiles what is put beside each worker's process
 */
public record ApplicationSpec(
        String name,
        String graphFile,
        String entryClass,
        String programJar,
        List<String> arguments,
        URI stagingFolder,
        URI records,
        long leaseMillis,
        int attempts,
        List<String> distributionJars,
        List<ContainerFile> workerFiles) {

    /** Name of the file beside the application master's process. */
    public static final String FILE = "application.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    public ApplicationSpec {
        arguments = List.copyOf(arguments);
        distributionJars = List.copyOf(distributionJars);
        workerFiles = List.copyOf(workerFiles);
    }

    public byte[] toJson() {
        return write(this);
    }

    public static ApplicationSpec read(Path file) throws IOException {
        return JSON.readValue(Files.readAllBytes(file), ApplicationSpec.class);
    }

    /** Options by key, for the file that every process of the application reads. */
    public static byte[] optionsToJson(Map<String, String> options) {
        return write(new TreeMap<>(options));
    }

    public static Map<String, String> readOptions(Path file) throws IOException {
        return JSON.readValue(
                Files.readAllBytes(file), new TypeReference<TreeMap<String, String>>() {});
    }

    private static byte[] write(Object value) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }
}

package io.millrace.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The processes of an application's containers on this machine, found by their working folders. */
final class ContainerProcesses {
    /** An application master is the first container of its attempt. */
    private static final String FIRST_OF_ATTEMPT = "_000001";

    private final String partOfId;

    /**
     * @param applicationId e.g. {@code application_1700000000000_0001}
     */
    ContainerProcesses(String applicationId) {
        // container_<cluster>_<application>_<attempt>_<number>, perhaps with e<epoch>_ in front
        this.partOfId = applicationId.substring("application_".length()) + "_";
    }

    List<ProcessHandle> workers() {
        return jvms().stream().filter(jvm -> !isMaster(jvm)).toList();
    }

    /** The newest one; an older one may be stopped, or about to end. */
    Optional<ProcessHandle> master() {
        return jvms().stream()
                .filter(ContainerProcesses::isMaster)
                .max(
                        (left, right) ->
                                container(left).orElse("").compareTo(container(right).orElse("")));
    }

    private List<ProcessHandle> jvms() {
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                container(process).filter(id -> id.contains(partOfId)).isPresent())
                .filter(process -> command(process).equals("java"))
                .toList();
    }

    private static boolean isMaster(ProcessHandle jvm) {
        return container(jvm).map(id -> id.endsWith(FIRST_OF_ATTEMPT)).orElse(false);
    }

    private static Optional<String> container(ProcessHandle process) {
        try {
            return Optional.ofNullable(
                            Files.readSymbolicLink(Path.of("/proc", "" + process.pid(), "cwd"))
                                    .getFileName())
                    .map(Path::toString)
                    .filter(name -> name.startsWith("container_"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String command(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", "" + process.pid(), "comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}

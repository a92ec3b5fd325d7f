package io.millrace.chaos;

import io.millrace.master.ApplicationMaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The processes of an application's containers on this machine, found by their working folders. */
final class ContainerProcesses {
    /** By its class: any container may be the first one that a ResourceManager knows. */
    private static final String MASTER = ApplicationMaster.class.getName();

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
                .max(Comparator.comparing(this::attempt));
    }

    /**
     * The NodeManager in whose folder a container lies, e.g. {@code nodemanager0}.
     *
     * @throws IllegalStateException if the process has ended
     */
    String node(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(ContainerProcesses::nodeOf)
                .orElseThrow(
                        () -> new IllegalStateException("Process " + pid + " is in no container."));
    }

    /** All processes of the application on a node, shells that have started JVMs too. */
    List<Long> on(String node) {
        return inContainers()
                .filter(process -> nodeOf(process).filter(node::equals).isPresent())
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Attempt and number of its container, as they stand in the container's id. */
    private String attempt(ProcessHandle jvm) {
        String id = container(jvm).orElse("");
        int at = id.indexOf(partOfId);
        return at < 0 ? "" : id.substring(at + partOfId.length());
    }

    private List<ProcessHandle> jvms() {
        return inContainers()
                .filter(process -> read(process, "comm").strip().equals("java"))
                .toList();
    }

    private Stream<ProcessHandle> inContainers() {
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                container(process).filter(id -> id.contains(partOfId)).isPresent());
    }

    private static boolean isMaster(ProcessHandle jvm) {
        return read(jvm, "cmdline").contains(MASTER);
    }

    private static Optional<String> container(ProcessHandle process) {
        return folder(process)
                .map(Path::getFileName)
                .map(Path::toString)
                .filter(name -> name.startsWith("container_"));
    }

    private static Optional<String> nodeOf(ProcessHandle process) {
        return folder(process).stream()
                .flatMap(folder -> StreamSupport.stream(folder.spliterator(), false))
                .map(Path::toString)
                .filter(name -> name.startsWith("nodemanager"))
                .findFirst();
    }

    private static Optional<Path> folder(ProcessHandle process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", "" + process.pid(), "cwd")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String read(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", "" + process.pid(), file));
        } catch (IOException e) {
            return "";
        }
    }
}

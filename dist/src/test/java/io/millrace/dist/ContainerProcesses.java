package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.master.ApplicationMaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Finds the processes of containers on this machine, as Linux shows them. */
final class ContainerProcesses {
    /** A listening socket's state in /proc/net/tcp. */
    private static final String LISTEN = "0A";

    private ContainerProcesses() {}

    /** All processes whose working folder lies below a folder. */
    static List<ProcessHandle> below(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                workingFolder(process)
                                        .map(working -> working.startsWith(folder))
                                        .orElse(false))
                .toList();
    }

    /** The JVM of a container, if it runs. */
    static Optional<ProcessHandle> jvm(String containerId) {
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                workingFolder(process)
                                        .map(working -> working.endsWith(containerId))
                                        .orElse(false))
                .filter(process -> name(process).equals("java"))
                .findAny();
    }

    /** The JVMs of an application's containers. */
    static List<ProcessHandle> jvms(String applicationId) {
        // container_<cluster>_<application>_<attempt>_<number>, perhaps with an epoch e<n>_ in
        // front
        String part = applicationId.substring("application_".length()) + "_";
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                workingFolder(process)
                                        .map(Path::getFileName)
                                        .map(Path::toString)
                                        .filter(name -> name.startsWith("container_"))
                                        .filter(name -> name.contains(part))
                                        .isPresent())
                .filter(process -> name(process).equals("java"))
                .toList();
    }

    /** Kills one of an application's JVMs, as the kernel or an administrator would. */
    static void kill(String applicationId, Predicate<ProcessHandle> which) {
        ProcessHandle victim = jvms(applicationId).stream().filter(which).findFirst().orElseThrow();
        assertThat(victim.destroyForcibly()).isTrue();
    }

    /** By its class: any container may be the first one that a ResourceManager knows. */
    static boolean isApplicationMaster(ProcessHandle jvm) {
        return read(jvm, "cmdline").contains(ApplicationMaster.class.getName());
    }

    /** The ports on which a process listens. */
    static Set<Integer> listeningPorts(ProcessHandle process) throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                sockets.add(target(descriptor));
            }
        }
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : Files.readAllLines(proc.resolve(table))) {
                // number, local address, remote address, state, ..., inode
                String[] fields = line.strip().split("\\s+");
                if (fields[3].equals(LISTEN) && sockets.contains("socket:[" + fields[9] + "]")) {
                    String hexPort = fields[1].substring(fields[1].indexOf(':') + 1);
                    ports.add(Integer.parseInt(hexPort, 16));
                }
            }
        }
        return ports;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private static Optional<Path> workingFolder(ProcessHandle process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", "" + process.pid(), "cwd")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String name(ProcessHandle process) {
        return read(process, "comm").strip();
    }

    private static String read(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", "" + process.pid(), file));
        } catch (IOException e) {
            return "";
        }
    }
}

package io.millrace.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the processes of containers on this machine, as Linux shows them. */
final class ContainerProcesses {
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

    static boolean isApplicationMaster(ProcessHandle jvm) {
        return workingFolder(jvm)
                .map(folder -> folder.toString().endsWith("_000001"))
                .orElse(false);
    }

    private static Optional<Path> workingFolder(ProcessHandle process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", "" + process.pid(), "cwd")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String name(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", "" + process.pid(), "comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}

package io.millrace.master.yarn;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;

/**
 * Says in words why a container ended, with what was used, what the limit was and which option to
 * change.
 */
final class ContainerExit {
    /** {@code Current usage: 170.8 MB of 128 MB physical memory used; ...} as the node words it. */
    private static final Pattern PHYSICAL =
            Pattern.compile(
                    "([0-9.]+ ?[KMGT]?B) of ([0-9.]+ ?[KMGT]?B) physical memory used",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern VIRTUAL =
            Pattern.compile(
                    "([0-9.]+ ?[KMGT]?B) of ([0-9.]+ ?[KMGT]?B) virtual memory used",
                    Pattern.CASE_INSENSITIVE);

    private static final int MAX_DIAGNOSTICS = 400;

    private ContainerExit() {}

    /**
     * One sentence, without the container's name.
     *
     * @param exitStatus YARN's when negative, else the process's
     * @param diagnostics the node's text; may be empty or null
     * @param containerMib size of the container in MiB
     */
    static String sentence(int exitStatus, String diagnostics, long containerMib) {
        String text = diagnostics == null ? "" : diagnostics;
        return switch (exitStatus) {
            case ContainerExitStatus.SUCCESS -> "ended by itself with exit code 0";
            case ContainerExitStatus.ABORTED ->
                    text.contains("lost")
                            ? "was on a node that YARN has lost"
                            : "was released or taken back by YARN" + detail(text);
            case ContainerExitStatus.DISKS_FAILED ->
                    "ended because the node's local disks failed or are full" + detail(text);
            case ContainerExitStatus.PREEMPTED ->
                    "was taken by YARN for a queue with a higher claim (preempted)";
            case ContainerExitStatus.KILLED_EXCEEDED_VMEM ->
                    "was killed by its node: "
                            + used(VIRTUAL, text, "virtual memory", containerMib)
                            + "; set yarn.nodemanager.vmem-check-enabled to false on the nodes, or"
                            + " raise taskmanager.memory.process.size";
            case ContainerExitStatus.KILLED_EXCEEDED_PMEM ->
                    "was killed by its node: "
                            + used(PHYSICAL, text, "physical memory", containerMib)
                            + "; raise taskmanager.memory.jvm-overhead.max (and .fraction) if the"
                            + " job allocates outside the heap, or"
                            + " taskmanager.memory.process.size";
            case ContainerExitStatus.KILLED_BY_APPMASTER -> "was stopped by the application master";
            case ContainerExitStatus.KILLED_BY_RESOURCEMANAGER ->
                    "was killed by the resource manager" + detail(text);
            case ContainerExitStatus.KILLED_AFTER_APP_COMPLETION ->
                    "was stopped after the end of the application";
            case ContainerExitStatus.KILLED_BY_CONTAINER_SCHEDULER ->
                    "was stopped by its node to make room (opportunistic container)";
            case ContainerExitStatus.KILLED_FOR_EXCESS_LOGS ->
                    "was killed by its node because its logs are too large" + detail(text);
            case ContainerExitStatus.INVALID -> "ended without an exit status" + detail(text);
            default -> process(exitStatus, text);
        };
    }

    private static String process(int status, String text) {
        String signal =
                switch (status) {
                    case 3 -> " (out of memory in the JVM: raise taskmanager.memory.process.size)";
                    case 134 -> " (SIGABRT: the JVM crashed; see hs_err in the container's logs)";
                    case 137 -> " (SIGKILL: by the kernel for lack of memory, or by somebody)";
                    case 139 -> " (SIGSEGV: the JVM crashed; see hs_err in the container's logs)";
                    case 143 -> " (SIGTERM: it was asked to end)";
                    default -> "";
                };
        return "ended with exit code " + status + signal + detail(text);
    }

    private static String used(Pattern pattern, String text, String what, long containerMib) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find()
                ? "it used " + matcher.group(1) + " of " + matcher.group(2) + " " + what
                : String.format(
                        Locale.ROOT,
                        "it used more %s than its container of %d MiB allows",
                        what,
                        containerMib);
    }

    /** What the node says, on one line and bounded: it may hold a whole process tree. */
    private static String detail(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.isEmpty()) {
            return "";
        }
        return ": "
                + (line.length() <= MAX_DIAGNOSTICS
                        ? line
                        : line.substring(0, MAX_DIAGNOSTICS) + "...");
    }
}

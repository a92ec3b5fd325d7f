package io.millrace.master.yarn;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A JVM to be started in a container.
 *
 * @param mainClass whose {@code main} is run, without arguments
 * @param logName of the log file, without its ending
 * @param jvmFlags memory and whatever else, one argument each
 * @param javaHome on the nodes, or null for the node's own {@code JAVA_HOME}, else the {@code java}
 *     of its path
 * @param variables environment that the engine needs
 * @param userVariables environment that the settings name; wins over the engine's
 */
public record JavaProcess(
        String mainClass,
        String logName,
        List<String> jvmFlags,
        String javaHome,
        Map<String, String> variables,
        SortedMap<String, String> userVariables) {

    public JavaProcess {
        jvmFlags = List.copyOf(jvmFlags);
        variables = Map.copyOf(variables);
    }
}

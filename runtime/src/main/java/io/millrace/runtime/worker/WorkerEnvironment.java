package io.millrace.runtime.worker;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the application master tells a worker's process through its environment. Never holds a
 * secret: YARN writes the environment to the start script and to logs.
 *
 * @param applicationId e.g. {@code application_1700000000000_0001}
 * @param masterHost where the control port of the application master was when it asked for the
 *     container
 * @param epoch of that application master
 * @param records folder of the job records ({@code high-availability.storageDir}), where later
 *     application masters leave their address
 * @param leaseMillis how long the worker stays without an application master
 * @param containerMib memory that was granted, in MiB; at least what was asked for
 * @param vcores virtual cores that were granted
 */
public record WorkerEnvironment(
        String applicationId,
        String masterHost,
        int masterPort,
        int epoch,
        URI records,
        long leaseMillis,
        long containerMib,
        int vcores) {

    /** Name of the application's secret among the credentials of a container. */
    public static final String SECRET_NAME = "io.millrace.secret";

    /** Name of the file beside the container's process that holds every option in force. */
    public static final String OPTIONS_FILE = "options.json";

    /** Name of the folder beside the container's process that holds the user's jars. */
    public static final String USER_JARS_FOLDER = "usrlib";

    private static final String PREFIX = "MILLRACE_";

    /** As environment variables, by name. */
    public Map<String, String> toVariables() {
        Map<String, String> variables = new TreeMap<>();
        variables.put(PREFIX + "APPLICATION", applicationId);
        variables.put(PREFIX + "MASTER_HOST", masterHost);
        variables.put(PREFIX + "MASTER_PORT", Integer.toString(masterPort));
        variables.put(PREFIX + "EPOCH", Integer.toString(epoch));
        variables.put(PREFIX + "RECORDS", records.toString());
        variables.put(PREFIX + "LEASE_MILLIS", Long.toString(leaseMillis));
        variables.put(PREFIX + "CONTAINER_MIB", Long.toString(containerMib));
        variables.put(PREFIX + "VCORES", Integer.toString(vcores));
        return variables;
    }

    /**
     * Reads the variables of this process.
     *
     * @throws IllegalStateException naming the variable that is missing
     */
    public static WorkerEnvironment fromVariables(Map<String, String> variables) {
        return new WorkerEnvironment(
                variable(variables, "APPLICATION"),
                variable(variables, "MASTER_HOST"),
                Integer.parseInt(variable(variables, "MASTER_PORT")),
                Integer.parseInt(variable(variables, "EPOCH")),
                URI.create(variable(variables, "RECORDS")),
                Long.parseLong(variable(variables, "LEASE_MILLIS")),
                Long.parseLong(variable(variables, "CONTAINER_MIB")),
                Integer.parseInt(variable(variables, "VCORES")));
    }

    private static String variable(Map<String, String> variables, String name) {
        String value = variables.get(PREFIX + name);
        if (value == null) {
            throw new IllegalStateException(
                    "Environment variable "
                            + PREFIX
                            + name
                            + " is not set: a worker is started by an application master, not by"
                            + " hand.");
        }
        return value;
    }
}

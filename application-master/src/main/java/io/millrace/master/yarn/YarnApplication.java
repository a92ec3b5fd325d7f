package io.millrace.master.yarn;

import java.util.Map;
import org.apache.hadoop.yarn.api.ApplicationConstants;
import org.apache.hadoop.yarn.api.records.ContainerId;

/**
 * Who this process is, as its node says.
 *
 * @param applicationId e.g. {@code application_1700000000000_0001}
 * @param attempt number of the application attempt, from 1
 * @param containerId of this process
 * @param host of the node; other containers reach this process there
 */
public record YarnApplication(String applicationId, int attempt, String containerId, String host) {

    /**
     * Reads the environment of a container's process.
     *
     * @throws IllegalStateException if it is none
     */
    public static YarnApplication of(Map<String, String> environment) {
        String container = environment.get(ApplicationConstants.Environment.CONTAINER_ID.key());
        String host = environment.get(ApplicationConstants.Environment.NM_HOST.key());
        if (container == null || host == null) {
            throw new IllegalStateException(
                    "CONTAINER_ID and NM_HOST are not set: this process is started by YARN, not by"
                            + " hand.");
        }
        // A container's name has an epoch in it after the resource manager was restarted.
        ContainerId id = ContainerId.fromString(container);
        return new YarnApplication(
                id.getApplicationAttemptId().getApplicationId().toString(),
                id.getApplicationAttemptId().getAttemptId(),
                container,
                host);
    }
}

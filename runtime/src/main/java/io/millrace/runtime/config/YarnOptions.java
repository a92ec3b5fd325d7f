package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.CLIENT;
import static io.millrace.api.ConfigOption.Scope.MASTER;

import io.millrace.api.ConfigOption;
import io.millrace.api.ConfigOptions;
import java.time.Duration;
import java.util.List;

/** What is agreed with YARN. */
public final class YarnOptions {
    private YarnOptions() {}

    public static final ConfigOption<String> APPLICATION_ID =
            ConfigOption.named("yarn.application.id", String.class)
                    .readBy(CLIENT)
                    .withDescription("The running application that a command is meant for.");

    public static final ConfigOption<String> APPLICATION_NAME =
            ConfigOption.named("yarn.application.name", String.class)
                    .readBy(CLIENT)
                    .withDescription("Name shown by YARN; unset: the name of the jar.");

    public static final ConfigOption<String> APPLICATION_QUEUE =
            ConfigOption.named("yarn.application.queue", String.class)
                    .readBy(CLIENT)
                    .withDescription("Queue of the application; unset: the one YARN chooses.");

    public static final ConfigOption<String> APPLICATION_TYPE =
            ConfigOption.named("yarn.application.type", String.class)
                    .readBy(CLIENT)
                    .defaultValue("Millrace")
                    .withDescription("Type shown by YARN; 'millrace list' goes by it.");

    public static final ConfigOption<Integer> APPLICATION_PRIORITY =
            ConfigOption.named("yarn.application.priority", Integer.class)
                    .readBy(CLIENT)
                    .defaultValue(-1)
                    .atLeast(-1)
                    .withDescription("Priority in the queue; -1: the queue's own.");

    public static final ConfigOption<List<String>> APPLICATION_TAGS =
            ConfigOptions.key("yarn.tags")
                    .stringType()
                    .asList()
                    .defaultValue(List.of())
                    .readBy(CLIENT)
                    .withDescription("Tags of the application, with commas between them.");

    public static final ConfigOption<Integer> APP_MASTER_VCORES =
            ConfigOption.named("yarn.appmaster.vcores", Integer.class)
                    .readBy(CLIENT)
                    .defaultValue(1)
                    .between(1, 1024)
                    .withDescription("Virtual cores of the application master.");

    public static final ConfigOption<Integer> VCORES =
            ConfigOption.named("yarn.containers.vcores", Integer.class)
                    .readBy(MASTER)
                    .defaultValue(-1)
                    .between(-1, 1024)
                    .withDescription(
                            "Virtual cores of a worker; -1: as many as"
                                    + " taskmanager.numberOfTaskSlots.");

    public static final ConfigOption<Integer> APPLICATION_ATTEMPTS =
            ConfigOption.named("yarn.application-attempts", Integer.class)
                    .readBy(CLIENT)
                    .defaultValue(2)
                    .between(1, 1000)
                    .withDescription(
                            "How often YARN starts the application master; the cluster's"
                                    + " yarn.resourcemanager.am.max-attempts caps it.");

    public static final ConfigOption<Long> APPLICATION_ATTEMPT_FAILURE_VALIDITY_INTERVAL =
            ConfigOption.named("yarn.application-attempt-failures-validity-interval", Long.class)
                    .readBy(CLIENT)
                    .defaultValue(10_000L)
                    .atLeast(-1L)
                    .withDescription(
                            "Milliseconds after which a failed attempt is no longer counted; -1:"
                                    + " all are.");

    public static final ConfigOption<Integer> HEARTBEAT_DELAY_SECONDS =
            ConfigOption.named("yarn.heartbeat.interval", Integer.class)
                    .readBy(MASTER)
                    .defaultValue(1)
                    .between(1, 3600)
                    .withDescription(
                            "Seconds between the master's heartbeats to YARN while it waits for no"
                                    + " container.");

    public static final ConfigOption<Integer> CONTAINER_REQUEST_HEARTBEAT_INTERVAL_MILLISECONDS =
            ConfigOption.named("yarn.heartbeat.container-request-interval", Integer.class)
                    .readBy(MASTER)
                    .defaultValue(100)
                    .between(10, 60_000)
                    .withDescription(
                            "Milliseconds between the master's heartbeats to YARN while it waits"
                                    + " for containers.");

    public static final ConfigOption<Duration> STAGING_CACHE_STALENESS =
            ConfigOption.named("yarn.staging-cache.staleness-period", Duration.class)
                    .readBy(CLIENT)
                    .defaultValue(Duration.ofDays(7))
                    .atLeast(Duration.ofDays(1))
                    .withDescription(
                            "Releases, jars and configurations in the staging directory that no"
                                    + " submission has used for so long, and no application of its"
                                    + " user is started from, are removed by the next submission.");

    public static final ConfigOption<String> STAGING_DIRECTORY =
            ConfigOption.named("yarn.staging-directory", String.class)
                    .readBy(CLIENT)
                    .withDescription(
                            "Directory for what containers are started from; unset: the user's home"
                                    + " directory on the cluster's default file system.");
}

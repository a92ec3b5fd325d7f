package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.CLIENT;
import static io.millrace.api.ConfigOption.Scope.MASTER;
import static io.millrace.api.ConfigOption.Scope.WORKER;

import io.millrace.api.ConfigOption;
import io.millrace.api.ConfigOptions;
import java.util.List;

/** Where and how processes are started. */
public final class DeploymentOptions {
    private DeploymentOptions() {}

    /** Where a job can run. */
    public enum Target {
        /** In this JVM. */
        LOCAL("local"),
        /** An application of its own, whose master runs the program's main. */
        YARN_APPLICATION("yarn-application"),
        /** An application of its own; main runs on the edge node. */
        YARN_PER_JOB("yarn-per-job");

        private final String key;

        Target(String key) {
            this.key = key;
        }

        @Override
        public String toString() {
            return key;
        }
    }

    /** Who is asked first for a user's class. */
    public enum ResolveOrder {
        CHILD_FIRST("child-first"),
        PARENT_FIRST("parent-first");

        private final String key;

        ResolveOrder(String key) {
            this.key = key;
        }

        @Override
        public String toString() {
            return key;
        }
    }

    /** How much is written to the logs. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public static final ConfigOption<Target> TARGET =
            ConfigOption.named("execution.target", Target.class)
                    .readBy(CLIENT)
                    .withDescription("Where a job runs (-t).");

    public static final ConfigOption<Boolean> ATTACHED =
            ConfigOption.named("execution.attached", Boolean.class)
                    .readBy(CLIENT)
                    .defaultValue(true)
                    .withDescription(
                            "Whether the launcher stays until the job has ended; -d makes it leave"
                                    + " when the application is accepted.");

    public static final ConfigOption<Boolean> SHUTDOWN_ON_ATTACHED_EXIT =
            ConfigOption.named("execution.shutdown-on-attached-exit", Boolean.class)
                    .readBy(CLIENT)
                    .defaultValue(false)
                    .withDescription(
                            "Whether Ctrl-C in a launcher that stayed cancels the job (-sae).");

    public static final ConfigOption<ResolveOrder> RESOLVE_ORDER =
            ConfigOption.named("classloader.resolve-order", ResolveOrder.class)
                    .readBy(CLIENT, MASTER, WORKER)
                    .defaultValue(ResolveOrder.CHILD_FIRST)
                    .withDescription(
                            "Whether a class is looked for in the user's jar or in the engine"
                                    + " first. Packages of the JDK, the engine and SLF4J are always"
                                    + " the engine's.");

    public static final ConfigOption<List<String>> PARENT_FIRST_ADDITIONAL =
            ConfigOptions.key("classloader.parent-first-patterns.additional")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .readBy(CLIENT, MASTER, WORKER)
                    .withDescription(
                            "Beginnings of class names that are looked for in the engine first all"
                                    + " the same.");

    public static final ConfigOption<String> JAVA_OPTS_ALL =
            ConfigOption.named("env.java.opts.all", String.class)
                    .readBy(CLIENT, MASTER)
                    .withDeprecatedKeys("env.java.opts")
                    .defaultValue("")
                    .withDescription("Further JVM options of every process.");

    /** Read by {@code bin/millrace}, before there is a JVM to read it. */
    public static final ConfigOption<String> JAVA_OPTS_CLIENT =
            ConfigOption.named("env.java.opts.client", String.class)
                    .readBy(CLIENT)
                    .defaultValue("")
                    .withDescription(
                            "Further JVM options of the launcher. Only from the settings' file,"
                                    + " on a line of its own; with -D it comes too late.");

    public static final ConfigOption<String> JAVA_OPTS_MASTER =
            ConfigOption.named("env.java.opts.jobmanager", String.class)
                    .readBy(CLIENT)
                    .defaultValue("")
                    .withDescription("Further JVM options of the application master.");

    public static final ConfigOption<String> JAVA_OPTS_WORKER =
            ConfigOption.named("env.java.opts.taskmanager", String.class)
                    .readBy(MASTER)
                    .defaultValue("")
                    .withDescription("Further JVM options of the workers.");

    public static final ConfigOption<String> JAVA_HOME =
            ConfigOption.named("env.java.home", String.class)
                    .readBy(CLIENT, MASTER)
                    .withDescription(
                            "Directory of the JDK on the cluster's nodes; unset: JAVA_HOME of their"
                                    + " NodeManagers.");

    public static final ConfigOption<LogLevel> LOG_LEVEL =
            ConfigOption.named("env.log.level", LogLevel.class)
                    .readBy(CLIENT, MASTER)
                    .defaultValue(LogLevel.INFO)
                    .withDescription("Root log level of the processes.");

    public static final KeyFamily MASTER_ENVIRONMENT =
            new KeyFamily(
                    "containerized.master.env.",
                    "<VARIABLE>",
                    CLIENT,
                    "Environment variable of the application master.");

    public static final KeyFamily WORKER_ENVIRONMENT =
            new KeyFamily(
                    "containerized.taskmanager.env.",
                    "<VARIABLE>",
                    MASTER,
                    "Environment variable of the workers.");

    public static final KeyFamily HADOOP =
            new KeyFamily(
                    "flink.hadoop.",
                    "<key>",
                    CLIENT,
                    "Setting for Hadoop's file systems in every process.");

    public static final KeyFamily YARN =
            new KeyFamily("flink.yarn.", "<key>", CLIENT, "Setting for YARN's client libraries.");

    static final List<KeyFamily> FAMILIES =
            List.of(MASTER_ENVIRONMENT, WORKER_ENVIRONMENT, HADOOP, YARN);
}

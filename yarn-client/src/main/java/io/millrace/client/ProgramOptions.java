package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.JobManagerOptions;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.StateRecoveryOptions;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is written after {@code run} and {@code run-application}. */
final class ProgramOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(
            names = {"-t", "--target"},
            paramLabel = "<target>",
            description = "Where to run: yarn-application or yarn-per-job (execution.target).")
    private String target;

    @Option(
            names = {"-c", "--class"},
            paramLabel = "<class>",
            description = "Class with the program's main; else the jar's manifest names it.")
    String entryClass;

    @Option(
            names = {"-p", "--parallelism"},
            paramLabel = "<n>",
            description =
                    "Parallelism of operators for which the program sets none"
                            + " (parallelism.default).")
    private String parallelism;

    @Option(
            names = {"-d", "--detached"},
            description = "Leave when YARN has accepted the application (execution.attached).")
    private boolean detached;

    @Option(
            names = {"-sae", "--shutdownOnAttachedExit"},
            description =
                    "Cancel the job on Ctrl-C; else it runs on"
                            + " (execution.shutdown-on-attached-exit).")
    private boolean shutdownOnAttachedExit;

    @Option(
            names = {"-s", "--fromSavepoint"},
            paramLabel = "<path>",
            description =
                    "Begin with the state in a savepoint or checkpoint: its folder, its _metadata,"
                            + " or the folder of a job's checkpoints"
                            + " (execution.state-recovery.path).")
    private String fromSavepoint;

    @Option(
            names = {"-n", "--allowNonRestoredState"},
            description =
                    "Leave state behind for which the program has no operator"
                            + " (execution.state-recovery.ignore-unclaimed-state).")
    private boolean allowNonRestoredState;

    @Option(
            names = {"-cm", "--claimMode", "-rm", "--restoreMode"},
            paramLabel = "<mode>",
            description =
                    "claim: what -s names becomes the job's, which removes it in time; no_claim: it"
                            + " stays (execution.state-recovery.claim-mode).")
    private String claimMode;

    @Option(
            names = {"-C", "--classpath"},
            paramLabel = "<url>",
            description =
                    "Further classes of the program, from a URL that every container can read; may"
                            + " be repeated (pipeline.classpaths).")
    List<String> classpaths = new ArrayList<>();

    @Option(
            names = "-D",
            paramLabel = "<key=value>",
            description = "A setting; may be repeated. 'millrace options' lists all.")
    private List<String> settings = new ArrayList<>();

    @Parameters(
            index = "0",
            paramLabel = "<jar>",
            description = "Jar of the program; in application mode it may be on hdfs://.")
    String jar;

    @Parameters(
            index = "1..*",
            paramLabel = "<arguments>",
            description = "Arguments of the program's main, passed on untouched.")
    List<String> arguments = new ArrayList<>();

    // Spellings from Flink's command line, old and new.

    @Option(
            names = {"-e", "--executor"},
            hidden = true)
    private String executor;

    @Option(
            names = {"-m", "--jobmanager"},
            hidden = true)
    private String jobManager;

    @Option(
            names = {"-v", "--verbose"},
            hidden = true)
    private boolean verbose;

    @Option(
            names = {"-z", "-yz", "--zookeeperNamespace", "--yarnzookeeperNamespace"},
            hidden = true)
    private String zookeeperNamespace;

    @Option(names = "-yD", hidden = true)
    private List<String> yarnSettings = new ArrayList<>();

    /** Takes {@code -yDkey=value}: attached values are only found behind one letter. */
    @Option(names = "-y", hidden = true)
    private List<String> yarnAttached = new ArrayList<>();

    @Option(
            names = {"-yd", "--yarndetached"},
            hidden = true)
    private boolean yarnDetached;

    @Option(
            names = {"-yjm", "--yarnjobManagerMemory"},
            hidden = true)
    private String yarnJobManagerMemory;

    @Option(
            names = {"-ytm", "--yarntaskManagerMemory"},
            hidden = true)
    private String yarnTaskManagerMemory;

    @Option(
            names = {"-ys", "--yarnslots"},
            hidden = true)
    private String yarnSlots;

    @Option(
            names = {"-yqu", "--yarnqueue"},
            hidden = true)
    private String yarnQueue;

    @Option(
            names = {"-ynm", "--yarnname"},
            hidden = true)
    private String yarnName;

    @Option(
            names = {"-yat", "--yarnapplicationType"},
            hidden = true)
    private String yarnApplicationType;

    @Option(
            names = {"-yt", "--yarnship", "-ynl", "--yarnnodeLabel", "-yid", "--yarnapplicationId"},
            hidden = true)
    private String notBuilt;

    /** All settings of this command line, {@code key=value} each; later ones win. */
    List<String> settings(Terminal terminal) {
        refuseNotBuilt();
        List<String> all = new ArrayList<>(settings);
        List<String> yarn = new ArrayList<>(yarnSettings);
        for (String attached : yarnAttached) {
            if (!attached.startsWith("D")) {
                throw new ConfigurationException(
                        "Unknown argument -y" + attached + ": see 'millrace run --help'.");
            }
            yarn.add(attached.substring(1));
        }
        for (String setting : yarn) {
            terminal.warning("-yD " + setting + " is read as -D " + setting + ".");
            all.add(setting);
        }
        alias(
                terminal,
                all,
                "-yjm",
                megabytes(yarnJobManagerMemory),
                JobManagerOptions.TOTAL_PROCESS_MEMORY.key());
        alias(
                terminal,
                all,
                "-ytm",
                megabytes(yarnTaskManagerMemory),
                TaskManagerOptions.TOTAL_PROCESS_MEMORY.key());
        alias(terminal, all, "-ys", yarnSlots, TaskManagerOptions.NUM_TASK_SLOTS.key());
        alias(terminal, all, "-yqu", yarnQueue, YarnOptions.APPLICATION_QUEUE.key());
        alias(terminal, all, "-ynm", yarnName, YarnOptions.APPLICATION_NAME.key());
        alias(terminal, all, "-yat", yarnApplicationType, YarnOptions.APPLICATION_TYPE.key());
        alias(terminal, all, "-e", executor, DeploymentOptions.TARGET.key());
        if (jobManager != null) {
            if (!jobManager.equals("yarn-cluster")) {
                throw new ConfigurationException(
                        "-m "
                                + jobManager
                                + " names a running session, and sessions are not built yet: start"
                                + " an application with -t yarn-application or -t yarn-per-job.");
            }
            alias(terminal, all, "-m", "yarn-per-job", DeploymentOptions.TARGET.key());
        }
        if (zookeeperNamespace != null) {
            terminal.warning("-z " + zookeeperNamespace + " has no effect: there is no ZooKeeper.");
        }
        set(all, DeploymentOptions.TARGET.key(), target);
        set(all, JobOptions.DEFAULT_PARALLELISM.key(), parallelism);
        if (detached || yarnDetached) {
            set(all, DeploymentOptions.ATTACHED.key(), "false");
        }
        if (shutdownOnAttachedExit) {
            set(all, DeploymentOptions.SHUTDOWN_ON_ATTACHED_EXIT.key(), "true");
        }
        set(all, StateRecoveryOptions.PATH.key(), fromSavepoint);
        set(all, StateRecoveryOptions.CLAIM_MODE.key(), claimMode);
        if (allowNonRestoredState) {
            set(all, StateRecoveryOptions.IGNORE_UNCLAIMED_STATE.key(), "true");
        }
        if (!classpaths.isEmpty()) {
            set(all, JobOptions.CLASSPATHS.key(), String.join(";", classpaths));
        }
        return all;
    }

    private void refuseNotBuilt() {
        if (notBuilt != null) {
            throw new ConfigurationException(
                    "One of -yt, -ynl and -yid (with "
                            + notBuilt
                            + ") was given; shipping files, node labels and sessions are not built"
                            + " yet: leave it out.");
        }
    }

    private static void alias(
            Terminal terminal, List<String> all, String option, String value, String key) {
        if (value != null) {
            terminal.warning(option + " is read as -D " + key + "=" + value + ".");
            set(all, key, value);
        }
    }

    private static void set(List<String> all, String key, String value) {
        if (value != null) {
            all.add(key + "=" + value);
        }
    }

    /** Flink's memory options are mebibytes where they have no unit. */
    private static String megabytes(String value) {
        return value != null && value.matches("\\d+") ? value + "m" : value;
    }
}

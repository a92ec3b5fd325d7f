package io.millrace.client;

import io.millrace.hdfs.HadoopConfiguration;
import io.millrace.hdfs.HadoopFileSystem;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.QueueInfo;
import org.apache.hadoop.yarn.api.records.QueueState;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.client.api.YarnClientApplication;
import org.apache.hadoop.yarn.conf.HAUtil;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * The launcher's view of a YARN cluster: asks, submits and kills; impatient, because somebody waits
 * at a terminal.
 *
 * <p>Errors: what the user can cure is a {@link ConfigurationException} with one sentence.
 *
 * <p>Threads: one.
 */
final class YarnCluster implements AutoCloseable {
    private static final int PROBE_MILLIS = 2_500;

    private final Configuration configuration;
    private final YarnClient client;

    private YarnCluster(Configuration configuration, YarnClient client) {
        this.configuration = configuration;
        this.client = client;
    }

    /**
     * Connects to the cluster that {@code HADOOP_CONF_DIR} describes.
     *
     * @param environment of this process
     * @param options in force, by key; those of the families {@code flink.hadoop.} and {@code
     *     flink.yarn.} are handed on to Hadoop
     */
    static YarnCluster connect(Map<String, String> environment, Map<String, String> options) {
        Path folder = configurationFolder(environment);
        Configuration configuration = configuration(folder, options);
        probeResourceManagers(configuration, folder);
        YarnClient client = YarnClient.createYarnClient();
        client.init(configuration);
        client.start();
        return new YarnCluster(configuration, client);
    }

    /** The folder with the cluster's {@code *-site.xml} files. */
    static Path configurationFolder(Map<String, String> environment) {
        for (String variable : List.of("YARN_CONF_DIR", "HADOOP_CONF_DIR")) {
            String value = environment.get(variable);
            if (value == null || value.isBlank()) {
                continue;
            }
            Path folder = Path.of(value);
            if (!Files.isDirectory(folder)) {
                throw new ConfigurationException(
                        variable
                                + " is "
                                + value
                                + ", which is no directory: set it to the one that holds the"
                                + " cluster's core-site.xml, hdfs-site.xml and yarn-site.xml.");
            }
            if (!Files.exists(folder.resolve("yarn-site.xml"))) {
                throw new ConfigurationException(
                        variable
                                + " is "
                                + value
                                + ", which holds no yarn-site.xml: set it to the directory of the"
                                + " cluster's configuration.");
            }
            return folder;
        }
        throw new ConfigurationException(
                "No cluster is configured: set HADOOP_CONF_DIR to the directory that holds the"
                        + " cluster's core-site.xml, hdfs-site.xml and yarn-site.xml.");
    }

    private static Configuration configuration(Path folder, Map<String, String> options) {
        YarnConfiguration configuration =
                new YarnConfiguration(HadoopConfiguration.load(folder.toString(), options));
        options.forEach(
                (key, value) -> {
                    if (key.startsWith(DeploymentOptions.YARN.prefix())) {
                        configuration.set(
                                "yarn." + key.substring(DeploymentOptions.YARN.prefix().length()),
                                value);
                    }
                });
        // Hadoop's defaults keep a client waiting for most of a minute; the application master
        // keeps its patience.
        configuration.set("yarn.resourcemanager.connect.max-wait.ms", "4000");
        configuration.set("yarn.resourcemanager.connect.retry-interval.ms", "500");
        configuration.set("ipc.client.connect.max.retries", "1");
        configuration.set("ipc.client.connect.retry.interval", "500");
        configuration.set("ipc.client.connect.max.retries.on.timeouts", "1");
        configuration.set("ipc.client.connect.timeout", "3000");
        // The distribution does not carry the timeline service's client.
        configuration.setBoolean(YarnConfiguration.TIMELINE_SERVICE_ENABLED, false);
        // File systems that a program opens here are as impatient.
        HadoopConfiguration.set(configuration);
        return configuration;
    }

    /**
     * One try to open a connection, before Hadoop's client begins its retries: a resource manager
     * that is down is so told in a moment.
     */
    private static void probeResourceManagers(Configuration configuration, Path folder) {
        List<String> failures = new ArrayList<>();
        for (InetSocketAddress address : resourceManagers(configuration)) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(address.getHostString(), address.getPort()),
                        PROBE_MILLIS);
                return;
            } catch (IOException e) {
                failures.add(
                        address.getHostString() + ":" + address.getPort() + " (" + reason(e) + ")");
            }
        }
        throw new ConfigurationException(
                "YARN's resource manager does not answer at "
                        + String.join(", ", failures)
                        + ": see whether the cluster is up, and whether "
                        + folder
                        + " is its configuration.");
    }

    private static List<InetSocketAddress> resourceManagers(Configuration configuration) {
        if (!HAUtil.isHAEnabled(configuration)) {
            return List.of(
                    configuration.getSocketAddr(
                            YarnConfiguration.RM_ADDRESS,
                            YarnConfiguration.DEFAULT_RM_ADDRESS,
                            YarnConfiguration.DEFAULT_RM_PORT));
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String id : HAUtil.getRMHAIds(configuration)) {
            Configuration one = new Configuration(configuration);
            one.set(YarnConfiguration.RM_HA_ID, id);
            addresses.add(
                    new YarnConfiguration(one)
                            .getSocketAddr(
                                    HAUtil.addSuffix(YarnConfiguration.RM_ADDRESS, id),
                                    YarnConfiguration.DEFAULT_RM_ADDRESS,
                                    YarnConfiguration.DEFAULT_RM_PORT));
        }
        return addresses;
    }

    private static String reason(Exception e) {
        if (e instanceof UnknownHostException) {
            return "unknown host";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    Configuration configuration() {
        return configuration;
    }

    /**
     * The file system of a path.
     *
     * @param path with a scheme, or empty for the cluster's default file system
     * @throws ConfigurationException if it does not answer or is none that containers can read
     */
    HadoopFileSystem fileSystem(String path) {
        URI uri = URI.create(path);
        URI byDefault = URI.create(configuration.get("fs.defaultFS", "file:///"));
        if (uri.getAuthority() == null && byDefault.getScheme().equals(uri.getScheme())) {
            uri = byDefault;
        } else if (uri.getScheme() == null) {
            uri = byDefault;
            if ("file".equals(uri.getScheme())) {
                throw new ConfigurationException(
                        "fs.defaultFS is "
                                + uri
                                + ", which the cluster's nodes do not share: HADOOP_CONF_DIR lacks"
                                + " the cluster's core-site.xml, or set yarn.staging-directory to a"
                                + " path with a scheme.");
            }
        }
        try {
            HadoopFileSystem fileSystem = new HadoopFileSystem(uri, configuration);
            fileSystem.status(fileSystem.qualify("/"));
            return fileSystem;
        } catch (IOException | IllegalArgumentException e) { // the latter for an unknown host
            throw new ConfigurationException(
                    "The file system "
                            + uri
                            + " does not answer ("
                            + firstLine(reason(e))
                            + "): see whether it is up, and whether fs.defaultFS in"
                            + " HADOOP_CONF_DIR is right.",
                    e);
        }
    }

    /** Refuses a queue that does not exist or takes nothing. */
    void checkQueue(String queue) {
        QueueInfo info = call("ask for queue " + queue, () -> client.getQueueInfo(queue));
        if (info == null) {
            throw new ConfigurationException(
                    "Queue "
                            + queue
                            + " does not exist; set yarn.application.queue to one of: "
                            + queues()
                            + ".");
        }
        if (info.getQueueState() != QueueState.RUNNING) {
            throw new ConfigurationException(
                    "Queue "
                            + queue
                            + " takes no applications (it is "
                            + info.getQueueState()
                            + "); set yarn.application.queue to another, one of: "
                            + queues()
                            + ".");
        }
    }

    /** How many nodes it has that containers may run on. */
    int nodes() {
        return call("ask for the nodes", client::getYarnClusterMetrics).getNumNodeManagers();
    }

    private String queues() {
        return call("list the queues", client::getAllQueues).stream()
                .filter(queue -> queue.getChildQueues() == null || queue.getChildQueues().isEmpty())
                .map(QueueInfo::getQueueName)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** A new application id, with the largest container that the cluster gives. */
    YarnClientApplication newApplication() {
        return call("ask for an application id", client::createApplication);
    }

    /** Refuses what no container can be. */
    static void checkContainer(
            String what, int mib, String sizeKey, int vcores, String vcoresKey, Resource largest) {
        if (mib > largest.getMemorySize()) {
            throw new ConfigurationException(
                    String.format(
                            "%s needs a container of %d MiB; the cluster gives at most %d MiB"
                                    + " (yarn.scheduler.maximum-allocation-mb): lower %s.",
                            what, mib, largest.getMemorySize(), sizeKey));
        }
        if (vcores > largest.getVirtualCores()) {
            throw new ConfigurationException(
                    String.format(
                            "%s needs %d virtual cores; the cluster gives at most %d"
                                    + " (yarn.scheduler.maximum-allocation-vcores): lower %s.",
                            what, vcores, largest.getVirtualCores(), vcoresKey));
        }
    }

    /**
     * Hands the application over; returns when YARN has accepted it.
     *
     * @throws ConfigurationException if YARN refuses it
     */
    void submit(ApplicationSubmissionContext context) {
        try {
            client.submitApplication(context);
        } catch (YarnException | IOException e) {
            throw new ConfigurationException(
                    "YARN refused the application: " + firstLine(reason(e)) + ".", e);
        }
    }

    ApplicationReport report(ApplicationId id) throws IOException, YarnException {
        return client.getApplicationReport(id);
    }

    /** Whether it was there to be killed. */
    boolean kill(ApplicationId id, String why) {
        try {
            client.killApplication(id, why);
            return true;
        } catch (ApplicationNotFoundException e) {
            return false;
        } catch (YarnException | IOException e) {
            throw new IllegalStateException("YARN could not kill " + id + ": " + reason(e), e);
        }
    }

    /** Applications of a type that have not ended. */
    List<ApplicationReport> running(String type) {
        return applications(
                type,
                EnumSet.of(
                        YarnApplicationState.NEW,
                        YarnApplicationState.NEW_SAVING,
                        YarnApplicationState.SUBMITTED,
                        YarnApplicationState.ACCEPTED,
                        YarnApplicationState.RUNNING));
    }

    /** Applications of a type, those that have ended included. */
    List<ApplicationReport> all(String type) {
        return applications(type, EnumSet.allOf(YarnApplicationState.class));
    }

    private List<ApplicationReport> applications(
            String type, EnumSet<YarnApplicationState> states) {
        return call("list the applications", () -> client.getApplications(Set.of(type), states));
    }

    int activeNodes() {
        return call("ask for the nodes", client::getYarnClusterMetrics).getNumActiveNodeManagers();
    }

    private interface Call<T> {
        T run() throws IOException, YarnException;
    }

    private static <T> T call(String what, Call<T> call) {
        try {
            return call.run();
        } catch (YarnException | IOException e) {
            throw new ConfigurationException(
                    "YARN's resource manager did not answer when the launcher wanted to "
                            + what
                            + ": "
                            + firstLine(reason(e))
                            + ".",
                    e);
        }
    }

    static String firstLine(String text) {
        String line = text.strip().lines().findFirst().orElse("").strip();
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    @Override
    public void close() {
        client.stop();
    }
}

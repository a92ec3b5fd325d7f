package io.millrace.dev;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * Real HDFS and real YARN in one process: one NameNode, DataNode and ResourceManager, and as many
 * NodeManagers as asked for. Containers are processes of their own, as on any cluster.
 *
 * <p>Arguments: a folder and the number of NodeManagers. Everything is written below that folder,
 * which must also be the working directory, as MiniYARNCluster knows no other. When all is up, what
 * an edge node needs to know lies in {@code <folder>/conf} and the line {@value #READY} goes to the
 * standard output. The lines {@value #STOP_NAMENODE}, {@value #START_NAMENODE}, {@value
 * #STOP_DATANODE} and {@value #START_DATANODE} on the standard input do so, and are answered by
 * themselves. The end of the standard input stops it, so that it cannot outlive whoever started it.
 */
public final class MiniHadoop {
    /** The line that says that applications may come. */
    public static final String READY = "mini Hadoop is up";

    /** HDFS is away until the next one; what is in it stays. */
    public static final String STOP_NAMENODE = "stop namenode";

    public static final String START_NAMENODE = "start namenode";

    /** No file can be read or written until the next one; what is in it stays. */
    public static final String STOP_DATANODE = "stop datanode";

    public static final String START_DATANODE = "start datanode";

    private static final int NODE_MIB = 8192;

    /**
     * Keys whose values an edge node needs; the mini clusters choose most of them while they start.
     */
    private static final List<String> CORE_KEYS = List.of("fs.defaultFS");

    private static final List<String> YARN_KEYS =
            List.of(
                    YarnConfiguration.RM_ADDRESS,
                    YarnConfiguration.RM_SCHEDULER_ADDRESS,
                    YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS,
                    YarnConfiguration.RM_ADMIN_ADDRESS,
                    YarnConfiguration.RM_WEBAPP_ADDRESS,
                    YarnConfiguration.RM_AM_MAX_ATTEMPTS,
                    YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB,
                    YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB,
                    YarnConfiguration.RM_AM_EXPIRY_INTERVAL_MS,
                    YarnConfiguration.RM_NM_EXPIRY_INTERVAL_MS);

    private MiniHadoop() {}

    public static void main(String[] args) {
        int exitCode = 1;
        try {
            run(Path.of(args[0]), Integer.parseInt(args[1]));
            exitCode = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // The clusters leave threads behind that are no daemons.
        System.exit(exitCode);
    }

    private static void run(Path folder, int nodes) throws Exception {
        YarnConfiguration conf = new YarnConfiguration(settings());
        try (MiniDFSCluster hdfs =
                        new MiniDFSCluster.Builder(conf, folder.resolve("hdfs").toFile())
                                .numDataNodes(1)
                                .build();
                MiniYARNCluster yarn = new MiniYARNCluster("yarn", 1, nodes, 1, 1)) {
            hdfs.waitActive();
            yarn.init(conf);
            yarn.start();
            if (!yarn.waitForNodeManagersToConnect(60_000)) {
                throw new IllegalStateException(
                        "Not all of " + nodes + " NodeManagers registered within 60 s.");
            }
            writeEdgeConfiguration(folder.resolve("conf"), yarn.getConfig());
            System.out.println(READY);
            System.out.flush();
            obey(hdfs);
        }
    }

    private static void obey(MiniDFSCluster hdfs) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        MiniDFSCluster.DataNodeProperties stopped = null;
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            switch (line) {
                case STOP_NAMENODE -> hdfs.shutdownNameNode(0);
                case START_NAMENODE -> {
                    hdfs.restartNameNode(0);
                    hdfs.waitActive();
                }
                case STOP_DATANODE -> stopped = hdfs.stopDataNode(0);
                case START_DATANODE -> {
                    hdfs.restartDataNode(stopped, true);
                    hdfs.waitActive();
                }
                default -> throw new IllegalArgumentException("'" + line + "' is no command");
            }
            System.out.println(line);
            System.out.flush();
        }
    }

    private static Configuration settings() {
        Configuration conf = new Configuration();
        conf.setInt("dfs.replication", 1);
        // a file whose writer is dead is ended by what the DataNode is told at a heartbeat
        conf.setInt("dfs.heartbeat.interval", 1);
        conf.set("dfs.blocksize", "1m");
        conf.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 20);

        // Without these two nobody is killed, however much memory a container takes: the mini
        // cluster
        // switches the monitor off, and `enforced` leaves the work to cgroups that are not there.
        conf.setBoolean("yarn.minicluster.control-resource-monitoring", true);
        conf.setBoolean("yarn.nodemanager.resource.memory.enforced", false);
        conf.setBoolean(YarnConfiguration.NM_PMEM_CHECK_ENABLED, true);
        conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
        conf.setInt("yarn.nodemanager.resource-monitor.interval-ms", 500);
        conf.setInt("yarn.nodemanager.container-monitor.interval-ms", 500);

        conf.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", NODE_MIB);
        conf.setInt(YarnConfiguration.NM_VCORES, 16);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 64);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, NODE_MIB);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_VCORES, 16);

        conf.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", 100);
        conf.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-min-ms", 100);
        conf.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-max-ms", 100);
        conf.setInt(YarnConfiguration.RM_AM_EXPIRY_INTERVAL_MS, 10_000);
        conf.setInt(YarnConfiguration.RM_NM_EXPIRY_INTERVAL_MS, 10_000);
        conf.setInt(YarnConfiguration.RM_AM_MAX_ATTEMPTS, 3);
        conf.setFloat(
                "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage",
                99.5f);
        // Logs stay in the NodeManagers' folders, where a failed test shows them.
        conf.setBoolean(YarnConfiguration.LOG_AGGREGATION_ENABLED, false);
        conf.setLong(YarnConfiguration.NM_LOG_RETAIN_SECONDS, 86_400);
        conf.setBoolean("yarn.nodemanager.log-container-debug-info.enabled", false);
        conf.setBoolean(YarnConfiguration.TIMELINE_SERVICE_ENABLED, false);
        return conf;
    }

    private static void writeEdgeConfiguration(Path folder, Configuration running)
            throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve("core-site.xml"), running, CORE_KEYS);
        write(folder.resolve("yarn-site.xml"), running, YARN_KEYS);
    }

    private static void write(Path file, Configuration running, List<String> keys)
            throws IOException {
        Configuration some = new Configuration(false);
        for (String key : keys) {
            some.set(key, running.get(key));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            some.writeXml(out);
        }
    }
}

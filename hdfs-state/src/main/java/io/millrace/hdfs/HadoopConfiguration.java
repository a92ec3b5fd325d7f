package io.millrace.hdfs;

import java.io.File;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.HdfsConfiguration;

/**
 * The Hadoop configuration of this process: from the folder {@code HADOOP_CONF_DIR} or the class
 * path, unless the entry class has {@linkplain #set set} one.
 *
 * <p>Threads: any. Set it before the first file system is opened: those that are open keep theirs.
 */
public final class HadoopConfiguration {
    private static final String CONF_DIR = "HADOOP_CONF_DIR";
    private static final String[] FILES = {"core-site.xml", "hdfs-site.xml", "yarn-site.xml"};

    /** How engine options name Hadoop's. */
    private static final String PASSED_ON = "flink.hadoop.";

    private static final String CLOSE_DELAY =
            "dfs.client.block.write.locateFollowingBlock.initial.delay.ms";

    private static Configuration current; // guarded by the class

    private HadoopConfiguration() {}

    /** The configuration in force, loaded at the first call; not to be changed. */
    public static synchronized Configuration get() {
        if (current == null) {
            current = load(System.getenv(CONF_DIR), Map.of());
        }
        return current;
    }

    /** Puts one in force for this process. */
    public static synchronized void set(Configuration configuration) {
        current = prepared(configuration, Map.of());
    }

    /**
     * Loads {@code HADOOP_CONF_DIR}, passes the engine's options {@code flink.hadoop.*} on without
     * that prefix, and puts the result in force.
     */
    public static synchronized Configuration load(Map<String, String> engineOptions) {
        current = load(System.getenv(CONF_DIR), engineOptions);
        return current;
    }

    /** As {@link #load(Map)} from a folder, which may be null, without putting it in force. */
    public static Configuration load(String folder, Map<String, String> engineOptions) {
        Configuration loaded = new HdfsConfiguration();
        if (folder != null) {
            for (String name : FILES) {
                File file = new File(folder, name);
                if (file.isFile()) {
                    loaded.addResource(new Path(file.toURI()));
                }
            }
        }
        return prepared(loaded, engineOptions);
    }

    /** Whether there is any: without one a path that has no scheme is a local one. */
    public static synchronized boolean isPresent() {
        String folder = System.getenv(CONF_DIR);
        return current != null
                || (folder != null && new File(folder, FILES[0]).isFile())
                || HadoopConfiguration.class.getClassLoader().getResource(FILES[0]) != null;
    }

    private static Configuration prepared(
            Configuration configuration, Map<String, String> engineOptions) {
        Configuration own = new Configuration(configuration);
        // close() asks the NameNode whether the last block has been reported. Hadoop waits 400 ms
        // before it asks again, which a small file then takes to write.
        if (own.getInt(CLOSE_DELAY, 400) == 400) {
            own.setInt(CLOSE_DELAY, 10);
        }
        engineOptions.forEach(
                (key, value) -> {
                    if (key.startsWith(PASSED_ON)) {
                        own.set(key.substring(PASSED_ON.length()), value);
                    }
                });
        return own;
    }
}

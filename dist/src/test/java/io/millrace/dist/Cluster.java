package io.millrace.dist;

import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** The one cluster of all tests in this JVM: it takes ten seconds to come up. */
final class Cluster {
    static final Path DISTRIBUTION = Path.of(System.getProperty("millrace.distribution"));
    private static final Path CHECKOUT =
            Path.of(System.getProperty("millrace.checkout")).toAbsolutePath().normalize();

    private static Cluster instance;

    private final MiniHadoopProcess hadoop;
    private final Configuration configuration;
    private final FileSystem hdfs;

    private Cluster(MiniHadoopProcess hadoop) throws Exception {
        this.hadoop = hadoop;
        this.configuration = new Configuration();
        for (String file : new String[] {"core-site.xml", "yarn-site.xml"}) {
            configuration.addResource(
                    new org.apache.hadoop.fs.Path(
                            hadoop.confFolder().resolve(file).toUri().toString()));
        }
        this.hdfs = FileSystem.get(configuration);
    }

    /** The cluster; started by the first who asks, stopped with this JVM. */
    static synchronized Cluster get() throws Exception {
        if (instance == null) {
            instance =
                    new Cluster(
                            MiniHadoopProcess.start(
                                    CHECKOUT.resolve("dev-hadoop"),
                                    CHECKOUT.resolve("dist/target/mini-hadoop")));
        }
        return instance;
    }

    FileSystem hdfs() {
        return hdfs;
    }

    Configuration configuration() {
        return configuration;
    }

    MiniHadoopProcess hadoop() {
        return hadoop;
    }

    /** An edge node of this cluster. */
    Terminal terminal() {
        return new Terminal(
                DISTRIBUTION, CHECKOUT.resolve("dist/target/terminal"), hadoop.confFolder());
    }
}

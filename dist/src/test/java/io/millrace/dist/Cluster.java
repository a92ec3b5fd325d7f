package io.millrace.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** The one cluster of all tests in this JVM: it takes ten seconds to come up. */
final class Cluster {
    static final Path DISTRIBUTION = Path.of(System.getProperty("millrace.distribution"));
    private static final Path CHECKOUT =
            Path.of(System.getProperty("millrace.checkout")).toAbsolutePath().normalize();

    private static final int LOG_LINES = 60;

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

    /** YARN's words about an application and the ends of its containers' logs. */
    String describe(YarnView yarn, String applicationId) {
        StringBuilder text = new StringBuilder();
        try {
            text.append(yarn.report(applicationId).getDiagnostics());
            for (Path log : hadoop.containerLogs(applicationId)) {
                List<String> lines = Files.readAllLines(log);
                int from = Math.max(0, lines.size() - LOG_LINES);
                text.append("\n==> ").append(log).append('\n');
                text.append(String.join("\n", lines.subList(from, lines.size())));
            }
        } catch (Exception e) {
            text.append("(no more is known: ").append(e).append(')');
        }
        return text.toString();
    }
}

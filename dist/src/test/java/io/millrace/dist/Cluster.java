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

    /** Options of a run: containers so small that several fit on the cluster. */
    static final String SMALL_CONTAINERS =
            "-D jobmanager.memory.process.size=1024m -D taskmanager.memory.process.size=1024m";

    private static final int LOG_LINES = 60;

    private static Cluster instance;

    private final MiniHadoopProcess hadoop;
    private final FileSystem hdfs;
    private final YarnView yarn;
    private final Path jobs;

    private Cluster(MiniHadoopProcess hadoop) throws Exception {
        this.hadoop = hadoop;
        Configuration configuration = new Configuration();
        for (String file : new String[] {"core-site.xml", "yarn-site.xml"}) {
            configuration.addResource(
                    new org.apache.hadoop.fs.Path(
                            hadoop.confFolder().resolve(file).toUri().toString()));
        }
        this.hdfs = FileSystem.get(configuration);
        this.yarn = new YarnView(configuration);
        this.jobs = JobsJar.write(CHECKOUT.resolve("dist/target/jobs/jobs.jar"));
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

    YarnView yarn() {
        return yarn;
    }

    /** The jar of a user who has written the jobs of these tests. */
    Path jobs() {
        return jobs;
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
    String describe(String applicationId) {
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

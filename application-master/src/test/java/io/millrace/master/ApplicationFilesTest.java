package io.millrace.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.master.yarn.ContainerFile;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher writes is what the application master reads. */
class ApplicationFilesTest {
    @TempDir Path folder;

    @Test
    void shouldReadTheSpecThatWasWritten() throws Exception {
        ApplicationSpec spec =
                new ApplicationSpec(
                        "n",
                        null,
                        "a.Main",
                        "job.jar",
                        List.of("--input", "x y", ""),
                        URI.create("hdfs://nn/user/me/.millrace/application_1_1"),
                        URI.create("hdfs://nn/user/me/.millrace/records"),
                        1234,
                        2,
                        List.of("a.jar", "b.jar"),
                        List.of(
                                new ContainerFile(
                                        "usrlib/job.jar",
                                        URI.create("hdfs://nn/c/job.jar"),
                                        1,
                                        2,
                                        false,
                                        true)));
        Path file = Files.write(folder.resolve("f"), spec.toJson());

        assertThat(ApplicationSpec.read(file)).isEqualTo(spec);
    }

    @Test
    void shouldReadTheOptionsThatWereWritten() throws Exception {
        Map<String, String> options = Map.of("a.b", "c\n\"d\"", "e", "");
        Path file = Files.write(folder.resolve("f"), ApplicationSpec.optionsToJson(options));

        assertThat(ApplicationSpec.readOptions(file)).isEqualTo(options);
    }

    @Test
    void shouldReadTheGraphThatWasWritten() throws Exception {
        JobGraph graph =
                new JobGraph(
                        "0123456789abcdef0123456789abcdef",
                        "job",
                        List.of(
                                new JobVertex(
                                        0,
                                        "source",
                                        1,
                                        128,
                                        "default",
                                        new byte[] {1, 2},
                                        List.of(new JobVertex.FileInput(1, "hdfs://nn/in")),
                                        List.of())),
                        List.of(new JobEdge(0, 0, 0, 0, JobEdge.Pattern.ALL_TO_ALL, "HASH")),
                        Map.of("a", "b"));
        Path file = Files.write(folder.resolve("f"), JobGraphFile.write(graph));

        JobGraph read = JobGraphFile.read(file);

        assertThat(read.jobId()).isEqualTo(graph.jobId());
        assertThat(read.edges()).isEqualTo(graph.edges());
        assertThat(read.configuration()).isEqualTo(graph.configuration());
        assertThat(read.vertex(0).chain()).containsExactly(1, 2);
        assertThat(read.vertex(0).inputs()).isEqualTo(graph.vertex(0).inputs());
    }

    @Test
    void shouldReadNothingButAGraphFromItsFile() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new java.math.BigInteger("7"));
        }
        Path file = Files.write(folder.resolve("f"), bytes.toByteArray());

        assertThatThrownBy(() -> JobGraphFile.read(file))
                .isInstanceOf(java.io.InvalidClassException.class)
                .hasMessageContaining("REJECTED");
    }
}

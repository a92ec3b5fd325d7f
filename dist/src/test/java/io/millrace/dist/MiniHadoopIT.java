package io.millrace.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;

/** The cluster that the other tests stand on: our lean client speaks with real HDFS. */
class MiniHadoopIT {
    @Test
    void shouldServeOurOwnClient() throws Exception {
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("/mini-hadoop/hello");
        FileSystem hdfs = Cluster.get().hdfs();
        try (FSDataOutputStream out = hdfs.create(file)) {
            out.write("hello".getBytes(UTF_8));
        }

        assertThat(hdfs.getUri().getScheme()).isEqualTo("hdfs");
        try (FSDataInputStream in = hdfs.open(file)) {
            assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("hello");
        }
    }
}

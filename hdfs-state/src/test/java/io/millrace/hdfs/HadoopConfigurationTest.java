package io.millrace.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopConfigurationTest {
    private static final String DELAY =
            "dfs.client.block.write.locateFollowingBlock.initial.delay.ms";

    @TempDir Path folder;

    @Test
    void shouldReadTheFilesOfAFolderAndPassOptionsOn() throws IOException {
        write("core-site.xml", "fs.defaultFS", "hdfs://nn:1");
        write("hdfs-site.xml", "dfs.replication", "2");
        write("yarn-site.xml", "yarn.resourcemanager.hostname", "rm");
        Configuration loaded =
                HadoopConfiguration.load(
                        folder.toString(),
                        Map.of(
                                "flink.hadoop.dfs.replication", "1",
                                "flink.hadoop.a.b", "c",
                                "dfs.blocksize", "7"));
        assertThat(loaded.get("fs.defaultFS")).isEqualTo("hdfs://nn:1");
        assertThat(loaded.get("yarn.resourcemanager.hostname")).isEqualTo("rm");
        assertThat(loaded.get("dfs.replication")).isEqualTo("1");
        assertThat(loaded.get("a.b")).isEqualTo("c");
        assertThat(loaded.get("dfs.blocksize")).as("not passed on").isNotEqualTo("7");
        assertThat(loaded.get(DELAY)).isEqualTo("10");
    }

    @Test
    void shouldKeepTheDelayThatTheClusterSets() throws IOException {
        write("hdfs-site.xml", DELAY, "50");
        assertThat(HadoopConfiguration.load(folder.toString(), Map.of()).get(DELAY))
                .isEqualTo("50");
    }

    private void write(String file, String key, String value) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "<configuration><property><name>%s</name><value>%s</value></property></configuration>"
                        .formatted(key, value));
    }
}

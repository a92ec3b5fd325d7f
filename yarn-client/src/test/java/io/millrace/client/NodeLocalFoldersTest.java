package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeLocalFoldersTest {
    private static ParsedConfiguration options(String... keysAndValues) {
        Map<String, String> options = new java.util.HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            options.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return ParsedConfiguration.of(Configuration.fromMap(options));
    }

    @Test
    void shouldWarnOfFoldersThatEachNodeHasForItself() {
        assertThat(
                        NodeLocalFolders.warnings(
                                options(
                                        "execution.checkpointing.dir",
                                        "file:///tmp/checkpoints",
                                        "state.savepoints.dir",
                                        "FILE:/tmp/savepoints"),
                                () -> 3))
                .containsExactly(
                        "execution.checkpointing.dir is file:///tmp/checkpoints, of which each of"
                                + " the cluster's 3 nodes has its own: a container that starts on"
                                + " another node does not find what was saved, and the job cannot"
                                + " go on from it; name a folder on HDFS, or mount the same one"
                                + " there on all nodes.",
                        "execution.checkpointing.savepoint-dir is FILE:/tmp/savepoints, of which"
                                + " each of the cluster's 3 nodes has its own: a container that"
                                + " starts on another node does not find what was saved, and the"
                                + " job cannot go on from it; name a folder on HDFS, or mount the"
                                + " same one there on all nodes.");
        assertThat(NodeLocalFolders.warnings("file:///sp", () -> 2))
                .singleElement()
                .asString()
                .startsWith("The savepoint's folder is file:///sp, of which");
    }

    @Test
    void shouldSayNothingWhereThereIsButOneNode() {
        assertThat(
                        NodeLocalFolders.warnings(
                                options("execution.checkpointing.dir", "file:///c"), () -> 1))
                .isEmpty();
    }

    @Test
    void shouldNotAskForNodesWhereFoldersAreShared() {
        assertThat(
                        NodeLocalFolders.warnings(
                                options(
                                        "execution.checkpointing.dir", "hdfs:///c",
                                        "execution.checkpointing.savepoint-dir", "/s"),
                                () -> {
                                    throw new AssertionError("asked");
                                }))
                .isEmpty();
        assertThat(NodeLocalFolders.warnings("", () -> 2)).isEmpty();
    }
}

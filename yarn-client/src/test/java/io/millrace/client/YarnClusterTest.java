package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YarnClusterTest {
    @TempDir Path folder;

    @Test
    void shouldRefuseWhenNoClusterIsConfigured() {
        assertThatThrownBy(() -> YarnCluster.configurationFolder(Map.of("HADOOP_CONF_DIR", " ")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("No cluster is configured: set HADOOP_CONF_DIR");
    }

    @Test
    void shouldRefuseAFolderThatIsNotThere() {
        assertThatThrownBy(
                        () ->
                                YarnCluster.configurationFolder(
                                        Map.of("HADOOP_CONF_DIR", "/no/such")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("HADOOP_CONF_DIR is /no/such, which is no directory");
    }

    @Test
    void shouldRefuseAFolderWithoutYarnsConfiguration() {
        assertThatThrownBy(
                        () ->
                                YarnCluster.configurationFolder(
                                        Map.of("HADOOP_CONF_DIR", folder.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("holds no yarn-site.xml");
    }

    @Test
    void shouldPreferTheFolderThatIsForYarn() throws IOException {
        Files.writeString(folder.resolve("yarn-site.xml"), "<configuration/>");

        assertThat(
                        YarnCluster.configurationFolder(
                                Map.of(
                                        "HADOOP_CONF_DIR",
                                        "/no/such",
                                        "YARN_CONF_DIR",
                                        folder.toString())))
                .isEqualTo(folder);
    }

    @Test
    void shouldSayWhereTheResourceManagerDoesNotAnswer() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("yarn-site.xml"),
                "<configuration><property><name>yarn.resourcemanager.address</name><value>localhost:"
                        + port
                        + "</value></property></configuration>");

        assertThatThrownBy(
                        () ->
                                YarnCluster.connect(
                                        Map.of("HADOOP_CONF_DIR", folder.toString()), Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "YARN's resource manager does not answer at localhost:" + port + " (")
                .hasMessageEndingWith(folder + " is its configuration.");
    }

    @Test
    void shouldNameLimitAndOptionWhenAContainerIsTooLarge() {
        Resource largest = Resource.newInstance(8192, 4);

        assertThatThrownBy(
                        () ->
                                YarnCluster.checkContainer(
                                        "A worker", 8193, "a.size", 1, "a.vcores", largest))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "A worker needs a container of 8193 MiB; the cluster gives at most 8192 MiB"
                                + " (yarn.scheduler.maximum-allocation-mb): lower a.size.");
        assertThatThrownBy(
                        () ->
                                YarnCluster.checkContainer(
                                        "A worker", 8192, "a.size", 5, "a.vcores", largest))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("needs 5 virtual cores; the cluster gives at most 4")
                .hasMessageEndingWith("lower a.vcores.");
        assertThatCode(
                        () ->
                                YarnCluster.checkContainer(
                                        "A worker", 8192, "a.size", 4, "a.vcores", largest))
                .doesNotThrowAnyException();
    }
}

package io.millrace.master.yarn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.network.Secret;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.PrivilegedAction;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.junit.jupiter.api.Test;

class ContainerLaunchTest {
    private static final ContainerFile DISTRIBUTION =
            new ContainerFile(
                    "millrace",
                    URI.create("hdfs://nn:8020/user/me/.millrace/cache/ab/millrace.tar.gz"),
                    1000,
                    77,
                    true,
                    true);
    private static final ContainerFile SPEC =
            new ContainerFile(
                    "application.json",
                    URI.create("hdfs://nn:8020/user/me/.millrace/application_1_1/application.json"),
                    10,
                    78,
                    false,
                    false);

    private static JavaProcess process(List<String> flags, Map<String, String> user) {
        return new JavaProcess(
                "a.Main",
                "worker",
                flags,
                null,
                Map.of("MILLRACE_EPOCH", "1", "SHARED", "ours"),
                new TreeMap<>(user));
    }

    private static ContainerLaunch launch(JavaProcess process) {
        return ContainerLaunch.of(
                process, List.of("millrace-api.jar", "a.jar"), List.of(DISTRIBUTION, SPEC));
    }

    @Test
    void shouldPutTheSecretIntoTheCredentialsAndNowhereElse() throws Exception {
        Secret secret = Secret.random();
        ContainerLaunchContext context =
                launch(process(List.of("-Xmx1g"), Map.of()))
                        .toContext(
                                ContainerCredentials.forMaster(secret.bytes(), new Credentials()));

        Credentials read = credentials(context.getTokens());
        assertThat(read.getSecretKey(new Text("io.millrace.secret"))).isEqualTo(secret.bytes());
        String everythingElse =
                context.getCommands()
                        + " "
                        + context.getEnvironment()
                        + " "
                        + context.getLocalResources();
        assertThat(everythingElse)
                .doesNotContainIgnoringCase(secret.toHex())
                .doesNotContain("secret");
    }

    @Test
    void shouldPutJarsThatOnlySomeJobsNeedBehindAllOthers() {
        ContainerFile optional =
                new ContainerFile(
                        "opt/rocksdb/a.jar", URI.create("hdfs://nn:8020/a.jar"), 1, 2, false, true);

        ContainerLaunch launch =
                ContainerLaunch.of(
                        process(List.of(), Map.of()),
                        List.of("millrace-api.jar", "a.jar"),
                        List.of(DISTRIBUTION, optional, SPEC));

        assertThat(launch.environment().get("CLASSPATH"))
                .isEqualTo(
                        "millrace/lib/millrace-api.jar:millrace/lib/a.jar:hadoop-conf"
                                + ":opt/rocksdb/a.jar");
    }

    @Test
    void shouldKeepTheMastersOwnTokenFromWorkers() throws Exception {
        Credentials own = new Credentials();
        own.addToken(
                new Text("rm"),
                new Token<>(
                        new byte[] {1},
                        new byte[] {2},
                        AMRMTokenIdentifier.KIND_NAME,
                        new Text("rm")));
        own.addToken(
                new Text("hdfs"),
                new Token<>(
                        new byte[] {1},
                        new byte[] {2},
                        new Text("HDFS_DELEGATION_TOKEN"),
                        new Text("hdfs")));

        Credentials read = credentials(ContainerCredentials.forWorker(new byte[] {3}, own));

        assertThat(read.getAllTokens())
                .extracting(token -> token.getKind().toString())
                .containsExactly("HDFS_DELEGATION_TOKEN");
        assertThat(read.getSecretKey(new Text("io.millrace.secret"))).containsExactly(3);
    }

    private static Credentials credentials(ByteBuffer buffer) throws Exception {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        Credentials read = new Credentials();
        read.readTokenStorageStream(new DataInputStream(new ByteArrayInputStream(bytes)));
        return read;
    }

    @Test
    void shouldReplaceTheShellByTheJvm() {
        String command = launch(process(List.of("-Xmx1g", "-Dx=y"), Map.of())).command();

        assertThat(command)
                .startsWith("exec env ${JAVA_HOME:+$JAVA_HOME/bin/}java -Xmx1g -Dx=y ")
                .contains(" -Dlog.file=<LOG_DIR>/worker.log ")
                .endsWith(" a.Main 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr");
    }

    @Test
    void shouldUseTheJdkThatIsSet() {
        JavaProcess process =
                new JavaProcess("a.Main", "m", List.of(), "/opt/jdk", Map.of(), new TreeMap<>());

        assertThat(launch(process).command()).startsWith("exec env /opt/jdk/bin/java ");
    }

    @Test
    void shouldSetMallocInTheCommandWhereNoNodeAppendsToIt() {
        ContainerLaunch launch = launch(process(List.of(), Map.of("MALLOC_ARENA_MAX", "4")));

        assertThat(launch.command()).startsWith("exec env MALLOC_ARENA_MAX=4 ");
    }

    @Test
    void shouldBeToTheClusterWhoeverHasSubmittedIt() {
        UserGroupInformation somebody = UserGroupInformation.createRemoteUser("somebody");

        ContainerLaunch launch =
                somebody.doAs(
                        (PrivilegedAction<ContainerLaunch>)
                                () -> launch(process(List.of(), Map.of())));

        assertThat(launch.environment()).containsEntry("HADOOP_USER_NAME", "somebody");
    }

    @Test
    void shouldLetTheUsersEnvironmentWin() {
        ContainerLaunch launch = launch(process(List.of(), Map.of("SHARED", "user's", "X", "1")));

        assertThat(launch.environment())
                .containsEntry("SHARED", "user's")
                .containsEntry("X", "1")
                .containsEntry("MILLRACE_EPOCH", "1");
    }

    @Test
    void shouldReadOurJarsInTheirOrderAndThenTheClustersConfiguration() {
        assertThat(launch(process(List.of(), Map.of())).environment())
                .containsEntry(
                        "CLASSPATH", "millrace/lib/millrace-api.jar:millrace/lib/a.jar:hadoop-conf")
                .containsEntry("HADOOP_CONF_DIR", "{{PWD}}/hadoop-conf");
    }

    @Test
    void shouldAskTheNodeForTheOptionsOfTheClassDataArchiveWhereItIsShipped() {
        ContainerFile classData =
                new ContainerFile("class-data", URI.create("hdfs://nn/x"), 1, 1, true, true);
        JavaProcess ofNode = process(List.of("-Xmx1g"), Map.of());
        JavaProcess ofSetting =
                new JavaProcess("a.Main", "m", List.of(), "/opt/jdk", Map.of(), new TreeMap<>());

        assertThat(launch(ofNode).command()).doesNotContain("class-data");
        assertThat(ContainerLaunch.of(ofNode, List.of("a.jar"), List.of(classData)).command())
                .contains("java $(sh class-data/options.sh) -Xmx1g ");
        assertThat(ContainerLaunch.of(ofSetting, List.of("a.jar"), List.of(classData)).command())
                .contains("/opt/jdk/bin/java $(sh class-data/options.sh /opt/jdk) ");
    }

    @Test
    void shouldQuoteArgumentsWithBlanks() {
        assertThat(launch(process(List.of("-Dx=a b", "-Dhome=$HOME"), Map.of())).command())
                .contains(" '-Dx=a b' -Dhome=$HOME ");
    }

    @Test
    void shouldRefuseArgumentsThatTheShellWouldCut() {
        assertThatThrownBy(() -> launch(process(List.of("-Dx=\"a\""), Map.of())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("-Dx=\"a\"");
    }

    @Test
    void shouldKeepWhatDependsOnItsContentForTheUser() {
        Map<String, LocalResource> resources =
                launch(process(List.of(), Map.of())).toContext(null).getLocalResources();

        LocalResource distribution = resources.get("millrace");
        assertThat(distribution.getType()).isEqualTo(LocalResourceType.ARCHIVE);
        assertThat(distribution.getVisibility()).isEqualTo(LocalResourceVisibility.PRIVATE);
        assertThat(distribution.getSize()).isEqualTo(1000);
        assertThat(distribution.getTimestamp()).isEqualTo(77);
        LocalResource spec = resources.get("application.json");
        assertThat(spec.getType()).isEqualTo(LocalResourceType.FILE);
        assertThat(spec.getVisibility()).isEqualTo(LocalResourceVisibility.APPLICATION);
    }

    @Test
    void shouldNameTheLoggingConfigurationOnlyWhereItIsShipped() {
        ContainerFile logging =
                new ContainerFile(
                        "log4j2.properties", URI.create("hdfs://nn/x"), 1, 1, false, true);

        assertThat(launch(process(List.of(), Map.of())).command()).doesNotContain("log4j2");
        assertThat(
                        ContainerLaunch.of(
                                        process(List.of(), Map.of()),
                                        List.of("a.jar"),
                                        List.of(logging))
                                .command())
                .contains("-Dlog4j2.configurationFile=log4j2.properties");
    }
}

package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the release archive holds: everything once, nothing of Hadoop's servers. */
class DistributionIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("millrace.distribution"));
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^/]*)\\.jar");

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(DISTRIBUTION.resolve("lib"))) {
            return files.sorted().toList();
        }
    }

    private static Map<String, TreeSet<String>> versionsByArtifact() throws IOException {
        Map<String, TreeSet<String>> versions = new TreeMap<>();
        for (Path jar : jars()) {
            Matcher name = JAR.matcher(jar.getFileName().toString());
            assertThat(name.matches()).as(jar.toString()).isTrue();
            versions.computeIfAbsent(name.group(1), artifact -> new TreeSet<>()).add(name.group(2));
        }
        return versions;
    }

    @Test
    void shouldHoldEachArtifactInOneVersion() throws IOException {
        Map<String, TreeSet<String>> versions = versionsByArtifact();
        long bytes = 0;
        for (Path jar : jars()) {
            bytes += Files.size(jar);
        }
        System.out.printf("lib: %d jars, %.1f MB%n", versions.size(), bytes / 1e6);

        assertThat(versions.values()).allSatisfy(all -> assertThat(all).hasSize(1));
        assertThat(versions).containsKeys("slf4j-api", "jackson-databind", "netty-common");
    }

    @Test
    void shouldHoldOneVersionOfEachFamily() throws IOException {
        Map<String, TreeSet<String>> versions = versionsByArtifact();
        for (String family : List.of("netty-", "log4j-", "hadoop-", "millrace-", "jackson-")) {
            TreeSet<String> all = new TreeSet<>();
            versions.forEach(
                    (artifact, version) -> {
                        // Hadoop's relocated Guava and Protobuf have versions of their own.
                        if (artifact.startsWith(family) && !artifact.startsWith("hadoop-shaded")) {
                            all.addAll(version);
                        }
                    });
            assertThat(all).as(family).hasSize(1);
        }
    }

    @Test
    void shouldHoldEachClassOnce() throws IOException {
        Map<String, List<String>> places = new TreeMap<>();
        for (Path jar : jars()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class"))
                        .filter(name -> !name.startsWith("META-INF/"))
                        .filter(name -> !name.endsWith("-info.class"))
                        .forEach(
                                name ->
                                        places.computeIfAbsent(name, n -> new ArrayList<>())
                                                .add(jar.getFileName().toString()));
            }
        }
        places.values().removeIf(jars -> jars.size() == 1);

        assertThat(places).isEmpty();
    }

    @Test
    void shouldHoldNothingOfServersAndTests() throws IOException {
        assertThat(versionsByArtifact().keySet())
                .noneMatch(artifact -> artifact.startsWith("jetty-"))
                .noneMatch(artifact -> artifact.startsWith("jersey-"))
                .noneMatch(artifact -> artifact.startsWith("junit"))
                .noneMatch(artifact -> artifact.contains("reload4j"))
                .noneMatch(artifact -> artifact.startsWith("hadoop-yarn-server"))
                .doesNotContain("hadoop-hdfs", "zookeeper", "guice", "millrace-dev-hadoop")
                .doesNotContain("millrace-examples", "millrace-testkit", "commons-logging");
    }

    @Test
    void shouldHoldScriptsSettingsAndExamples() {
        assertThat(DISTRIBUTION.resolve("bin/millrace")).isExecutable();
        assertThat(DISTRIBUTION.resolve("bin/class-data.sh")).isExecutable();
        for (String file :
                List.of(
                        "LICENSE",
                        "README.md",
                        "bin/class-data.sh",
                        "bin/class-path.sh",
                        "bin/find-java.sh",
                        "class-data/containers.tar.gz",
                        "class-data/launcher.jsa",
                        "conf/millrace.yaml",
                        "conf/log4j2.properties",
                        "conf/log4j2-client.properties",
                        "examples/millrace-examples.jar",
                        "examples/data/jargon-file-4.4.7.txt")) {
            assertThat(DISTRIBUTION.resolve(file)).isRegularFile();
        }
        assertThat(DISTRIBUTION.resolveSibling(DISTRIBUTION.getFileName() + ".tar.gz"))
                .isRegularFile();
    }
}

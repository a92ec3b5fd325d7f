package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.config.ConfigurationException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
    @TempDir Path folder;

    private Distribution distribution(String name, long modifiedMillis) throws IOException {
        Path home = folder.resolve(name);
        Path lib = Files.createDirectories(home.resolve("lib"));
        for (String jar :
                List.of("zoo.jar", "millrace-runtime.jar", "asm.jar", "millrace-api.jar")) {
            Path file = Files.writeString(lib.resolve(jar), "content of " + jar);
            Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMillis));
        }
        Files.writeString(lib.resolve("notes.txt"), "not a jar");
        return new Distribution(home, home.resolve("conf"));
    }

    @Test
    void shouldPutOurJarsFirstAndAllInTheOrderOfTheirNames() throws IOException {
        assertThat(distribution("a", 1).jars())
                .containsExactly("millrace-api.jar", "millrace-runtime.jar", "asm.jar", "zoo.jar");
    }

    @Test
    void shouldPackTheSameBytesWheneverAndWhereverItWasUnpacked() throws IOException {
        Path one = folder.resolve("one.tar.gz");
        Path other = folder.resolve("other.tar.gz");

        distribution("a", 1_000_000).pack(one);
        distribution("b", 2_000_000_000).pack(other);

        assertThat(Files.readAllBytes(one)).isEqualTo(Files.readAllBytes(other));
    }

    @Test
    void shouldPackTheJarsWithTheirContents() throws IOException {
        Path archive = folder.resolve("a.tar.gz");

        distribution("a", 1).pack(archive);

        List<String> entries = new ArrayList<>();
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new GzipCompressorInputStream(
                                new BufferedInputStream(Files.newInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                entries.add(
                        entry.getName()
                                + "="
                                + new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(entries)
                .containsExactly(
                        "lib/asm.jar=content of asm.jar",
                        "lib/millrace-api.jar=content of millrace-api.jar",
                        "lib/millrace-runtime.jar=content of millrace-runtime.jar",
                        "lib/zoo.jar=content of zoo.jar");
    }

    @Test
    void shouldHaveOneKeyForTheSameJarsAndAnotherForOthers() throws IOException {
        String key = distribution("a", 1_000_000).key();
        Distribution other = distribution("b", 2_000_000);

        assertThat(other.key()).isEqualTo(key).matches("[0-9a-f]{64}");

        Path jar = folder.resolve("b/lib/asm.jar");
        Files.writeString(jar, "CONTENT of asm.jar");
        String changed = other.key();
        assertThat(changed).isNotEqualTo(key);
        Files.move(jar, folder.resolve("b/lib/asn.jar"));
        assertThat(other.key()).isNotEqualTo(key).isNotEqualTo(changed);
    }

    @Test
    void shouldFindTheJarsThatOnlySomeJobsNeedOrSayWhereTheyShouldBe() throws IOException {
        Distribution distribution = distribution("a", 1);
        Path place = folder.resolve("a/opt/rocksdb");

        assertThatThrownBy(() -> distribution.optionalJars("state.backend.type", "rocksdb"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("state.backend.type is rocksdb")
                .hasMessageContaining(place.toString());

        Files.createDirectories(place);
        Files.writeString(place.resolve("b.jar"), "b");
        Files.writeString(place.resolve("a.jar"), "a");
        assertThat(distribution.optionalJars("state.backend.type", "rocksdb"))
                .containsExactly(place.resolve("a.jar"), place.resolve("b.jar"));
    }

    @Test
    void shouldRefuseAFolderWithoutJars() {
        Distribution nothing = new Distribution(folder.resolve("x"), folder.resolve("y"));

        assertThatThrownBy(nothing::jars)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("has no readable lib/");
    }
}

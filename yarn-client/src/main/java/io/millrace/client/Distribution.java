package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The release that this launcher runs from: application master and workers run from the same jars.
 *
 * @param folder has {@code lib/}
 * @param configurationFolder has the logging configuration of the containers
 */
record Distribution(Path folder, Path configurationFolder) {

    private static final String OWN_JARS = "millrace-";

    /** Where {@code bin/millrace} says that it is. */
    static Distribution ofThisProcess() {
        String home = System.getProperty("millrace.home");
        if (home == null) {
            throw new ConfigurationException(
                    "The launcher does not know its distribution (system property millrace.home is"
                            + " not set): start it with bin/millrace.");
        }
        Path folder = Path.of(home);
        return new Distribution(
                folder,
                Path.of(
                        System.getProperty(
                                "millrace.conf.dir", folder.resolve("conf").toString())));
    }

    /** Names of the jars, ours first, in the order of the class path of every container. */
    List<String> jars() {
        Path lib = folder.resolve("lib");
        try (Stream<Path> files = Files.list(lib)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".jar"))
                            .sorted()
                            .toList();
            return Stream.concat(
                            names.stream().filter(name -> name.startsWith(OWN_JARS)),
                            names.stream().filter(name -> !name.startsWith(OWN_JARS)))
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The distribution in " + folder + " has no readable lib/: unpack it again.", e);
        }
    }

    /**
     * Names what {@link #pack} would pack, without doing it: a launcher would need longer for that
     * than for everything else that it does.
     */
    String key() {
        return key(jars().stream().map(jar -> folder.resolve("lib").resolve(jar)).toList());
    }

    /**
     * Names some files by what is in them: digits that differ if a name, a length or a content
     * does. Nobody who could make two contents of one key gains by it, as only the user's own
     * applications read what is kept under it; so the contents count with two checksums for which
     * processors have instructions, and which take a tenth of the time of a digest.
     */
    static String key(List<Path> files) {
        StringBuilder text = new StringBuilder("key 1\n");
        byte[] bytes = new byte[1 << 20];
        try {
            for (Path file : files) {
                CRC32 crc32 = new CRC32();
                CRC32C crc32c = new CRC32C();
                long length = 0;
                try (InputStream in = Files.newInputStream(file)) {
                    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                        crc32.update(bytes, 0, read);
                        crc32c.update(bytes, 0, read);
                        length += read;
                    }
                }
                text.append(file.getFileName()).append(' ').append(length);
                text.append(' ').append(crc32.getValue()).append(' ').append(crc32c.getValue());
                text.append('\n');
            }
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("The distribution could not be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }

    /** Packs {@code lib/}. */
    void pack(Path archive) {
        SortedMap<String, Path> files = new TreeMap<>();
        jars().forEach(jar -> files.put("lib/" + jar, folder.resolve("lib").resolve(jar)));
        try {
            TarFile.write(archive, files);
        } catch (IOException e) {
            throw new UncheckedIOException("The distribution could not be packed to " + archive, e);
        }
    }

    /**
     * Jars that workers need only for some jobs, in the order of their names: those in {@code opt/}
     * and a folder of the option's value.
     *
     * @throws ConfigurationException if there are none
     */
    List<Path> optionalJars(String option, String value) {
        Path place = folder.resolve("opt").resolve(value);
        if (Files.isDirectory(place)) {
            try (Stream<Path> files = Files.list(place)) {
                List<Path> jars =
                        files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                                .sorted()
                                .toList();
                if (!jars.isEmpty()) {
                    return jars;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The distribution could not be read", e);
            }
        }
        throw new ConfigurationException(
                option
                        + " is "
                        + value
                        + ", and the jars for it are not in "
                        + place
                        + ": unpack the distribution again.");
    }

    /** Class-data archive of the containers, packed by {@code bin/class-data.sh}; may not exist. */
    Path classData() {
        return folder.resolve("class-data/containers.tar.gz");
    }

    /** Logging configuration of the containers; may not exist. */
    Path logConfiguration() {
        return configurationFolder.resolve("log4j2.properties");
    }
}

package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

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

    /** Logging configuration of the containers; may not exist. */
    Path logConfiguration() {
        return configurationFolder.resolve("log4j2.properties");
    }
}

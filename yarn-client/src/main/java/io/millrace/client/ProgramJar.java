package io.millrace.client;

import io.millrace.master.UserProgram;
import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipFile;

/**
 * The jar of a program as it was named on the command line, checked as far as it can be from here.
 *
 * <p>Errors: each check ends in a {@link ConfigurationException} with one sentence.
 */
final class ProgramJar {
    private ProgramJar() {}

    /** Hadoop opens these as file systems, but knows neither length nor time of what is there. */
    private static final Set<String> DOWNLOADS = Set.of("http", "https", "ftp");

    /**
     * Where the jar is: absolute, with its scheme. One without a scheme, or with {@code file:},
     * must be there.
     */
    static URI locate(String name) {
        URI uri = asUri(name);
        if (uri != null && uri.getScheme() != null && !uri.getScheme().equals("file")) {
            if (DOWNLOADS.contains(uri.getScheme())) {
                throw new ConfigurationException(
                        "The jar "
                                + name
                                + " is on no file system of the cluster: download it, and name it"
                                + " here or on hdfs://.");
            }
            return uri;
        }
        Path path = uri != null && uri.getScheme() != null ? Path.of(uri) : Path.of(name);
        if (!Files.exists(path)) {
            throw new ConfigurationException(
                    "The jar "
                            + name
                            + " does not exist: name one that does, before the program's"
                            + " own arguments.");
        } else if (!Files.isRegularFile(path)) {
            throw new ConfigurationException(
                    "The jar " + name + " is a directory: name the jar file in it.");
        } else if (!Files.isReadable(path)) {
            throw new ConfigurationException(
                    "The jar " + name + " may not be read by this user: change its permissions.");
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            if (zip.size() == 0) {
                throw new ConfigurationException("The jar " + name + " is empty: build it again.");
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The file "
                            + name
                            + " is not a jar ("
                            + e.getMessage()
                            + "): name the jar of your program, built again if need be.",
                    e);
        }
        return path.toAbsolutePath().normalize().toUri();
    }

    /** Finds {@code main} in a local jar, with the jars of {@code -C} that are local too. */
    static void checkEntryClass(
            URI jar, String entryClass, List<String> arguments, List<URL> classpaths) {
        List<URL> urls = new ArrayList<>();
        try {
            urls.add(jar.toURL());
        } catch (MalformedURLException e) {
            throw new IllegalStateException(jar + " was located and is no URL", e);
        }
        urls.addAll(classpaths);
        UserProgram program = new UserProgram(urls, entryClass, arguments);
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ProgramJar.class.getClassLoader())) {
            program.main(loader);
        } catch (IOException e) {
            throw new IllegalStateException("The jar " + jar + " could not be closed", e);
        }
    }

    /** A URL of {@code -C}; a local one must be there. */
    static URL classpath(String text) {
        URI uri = asUri(text);
        if (uri == null || uri.getScheme() == null) {
            throw new ConfigurationException(
                    "-C "
                            + text
                            + " is no URL: write one that every container can read, e.g."
                            + " file:///opt/libs/a.jar.");
        }
        try {
            return uri.toURL();
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    "-C "
                            + text
                            + " cannot be read ("
                            + e.getMessage()
                            + "): write a file: or http: URL that every container can read.",
                    e);
        }
    }

    private static URI asUri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null; // a path with blanks, for instance
        }
    }
}

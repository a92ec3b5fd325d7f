package io.millrace.client;

import io.millrace.hdfs.ContentCache;
import io.millrace.hdfs.ContentCache.Cached;
import io.millrace.hdfs.HadoopFileSystem;
import io.millrace.master.ApplicationSpec;
import io.millrace.master.yarn.ContainerFile;
import io.millrace.master.yarn.ContainerLaunch;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Brings to the cluster what containers are started from: what depends on nothing but its content
 * into the user's cache, what is this application's own into its staging folder.
 *
 * <p>Threads: one.
 */
final class ApplicationFiles {
    private final HadoopFileSystem files;
    private final ContentCache cache;

    /**
     * @param base of the cache
     */
    ApplicationFiles(HadoopFileSystem files, URI base) {
        this.files = files;
        this.cache = new ContentCache(files, base.toString(), () -> UUID.randomUUID().toString());
    }

    /** Where they are kept from one application to the next. */
    ContentCache cache() {
        return cache;
    }

    /**
     * The release, as one archive.
     *
     * @param scratch folder for the archive
     */
    ContainerFile distribution(Distribution distribution, Path scratch) throws IOException {
        Cached cached =
                cache.put(
                        distribution.key(),
                        "millrace.tar.gz",
                        () -> {
                            Path archive = scratch.resolve("millrace.tar.gz");
                            distribution.pack(archive);
                            return archive;
                        });
        return kept(ContainerLaunch.DISTRIBUTION_FOLDER, cached, true);
    }

    /** Jars of the release that only some jobs need, one folder of them. */
    List<ContainerFile> optionalJars(String folder, List<Path> jars) throws IOException {
        List<ContainerFile> optional = new ArrayList<>();
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            Cached cached = cache.put(Distribution.key(List.of(jar)), name, () -> jar);
            optional.add(
                    kept(
                            ContainerLaunch.OPTIONAL_FOLDER + "/" + folder + "/" + name,
                            cached,
                            false));
        }
        return optional;
    }

    /** The class-data archive of a release that has one. */
    ContainerFile classData(Path archive) throws IOException {
        String name = archive.getFileName().toString();
        Cached cached = cache.put(Distribution.key(List.of(archive)), name, () -> archive);
        return kept(ContainerLaunch.CLASS_DATA_FOLDER, cached, true);
    }

    /** The cluster's configuration as this machine has it. */
    ContainerFile siteFiles(Path configurationFolder, Path scratch) throws IOException {
        SortedMap<String, Path> sites = new TreeMap<>();
        try (Stream<Path> all = Files.list(configurationFolder)) {
            all.filter(file -> file.getFileName().toString().endsWith("-site.xml"))
                    .filter(Files::isRegularFile)
                    .forEach(file -> sites.put(file.getFileName().toString(), file));
        }
        Path archive = scratch.resolve("hadoop-conf.tar.gz");
        TarFile.write(archive, sites);
        return kept(ContainerLaunch.HADOOP_CONF_FOLDER, cache.put(archive), true);
    }

    /** A jar of the user's on this machine. */
    ContainerFile localJar(Path jar) throws IOException {
        return kept(
                WorkerEnvironment.USER_JARS_FOLDER + "/" + jar.getFileName(),
                cache.put(jar),
                false);
    }

    /** A jar of the user's that lies on a file system of the cluster. */
    static ContainerFile remoteJar(HadoopFileSystem files, URI jar) throws IOException {
        var status = files.status(jar);
        String path = status.path().getPath();
        return new ContainerFile(
                WorkerEnvironment.USER_JARS_FOLDER
                        + "/"
                        + path.substring(path.lastIndexOf('/') + 1),
                status.path(),
                status.length(),
                status.modifiedMillis(),
                false,
                false);
    }

    /** A small file on this machine. */
    ContainerFile local(String name, Path file) throws IOException {
        return kept(name, cache.put(file), false);
    }

    /** A file of this application only. */
    ContainerFile staged(URI folder, String name, byte[] content) throws IOException {
        URI path = files.qualify(folder + "/" + name);
        write(path, content);
        var status = files.status(path);
        return new ContainerFile(
                name, status.path(), status.length(), status.modifiedMillis(), false, false);
    }

    /** A file that is not for containers. */
    void write(URI path, byte[] content) throws IOException {
        try (OutputStream out = files.create(path, false)) {
            out.write(content);
        }
    }

    private static ContainerFile kept(String name, Cached cached, boolean unpacked) {
        return new ContainerFile(
                name, cached.path(), cached.length(), cached.modifiedMillis(), unpacked, true);
    }

    /** What a worker needs of the application master's files: all but those that only it reads. */
    static List<ContainerFile> ofWorkers(List<ContainerFile> all, String... without) {
        List<ContainerFile> of = new ArrayList<>(all);
        of.removeIf(file -> Arrays.asList(without).contains(file.name()));
        of.removeIf(file -> file.name().equals(ApplicationSpec.FILE));
        return of;
    }
}

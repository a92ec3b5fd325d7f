package io.millrace.api.fs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The file systems that there are in this process.
 *
 * <p>Providers are found by {@link ServiceLoader} with the loader that loaded the API, so that a
 * user's jar cannot bring a second copy of one. Of those that serve a scheme the one with the
 * highest rank is taken. A path without a scheme belongs to the default file system: Hadoop's
 * {@code fs.defaultFS} where its provider and a Hadoop configuration are on the class path, the
 * local one otherwise.
 *
 * <p>Threads: any.
 */
public final class FileSystemProviders {
    /** Loaded at first use; a process does not get new providers while it runs. */
    private static final List<FileSystemProvider> ALL = load();

    private FileSystemProviders() {}

    private static List<FileSystemProvider> load() {
        List<FileSystemProvider> found = new ArrayList<>();
        ServiceLoader.load(FileSystemProvider.class, FileSystemProvider.class.getClassLoader())
                .forEach(found::add);
        found.sort(
                Comparator.comparingInt(FileSystemProvider::rank)
                        .reversed()
                        .thenComparing(p -> p.getClass().getName()));
        return List.copyOf(found);
    }

    /**
     * The provider for a scheme.
     *
     * @param scheme null for a path without one
     * @param path for the message
     */
    public static FileSystemProvider serving(String scheme, String path)
            throws NoFileSystemException {
        for (FileSystemProvider provider : ALL) {
            if (provider.serves(scheme)) {
                return provider;
            }
        }
        throw new NoFileSystemException(
                "No file system on the class path serves the scheme '"
                        + scheme
                        + "' of "
                        + path
                        + ": 'file' is built in; 'hdfs' and what else Hadoop's configuration names"
                        + " come with millrace-hdfs-state and a HADOOP_CONF_DIR; others need a jar"
                        + " with a io.millrace.api.fs.FileSystemProvider.");
    }
}

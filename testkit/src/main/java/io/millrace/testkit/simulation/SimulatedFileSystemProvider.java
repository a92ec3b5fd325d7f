package io.millrace.testkit.simulation;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.FileSystemProvider;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves {@code sim:} with file systems in memory, one for each authority, so that simulations do
 * not meet.
 *
 * <p>Threads: any.
 */
public final class SimulatedFileSystemProvider implements FileSystemProvider {
    public static final String SCHEME = "sim";

    private static final Map<String, SimulatedFileSystem> FILE_SYSTEMS = new ConcurrentHashMap<>();

    /** Replaces what was there under the name. */
    public static void put(String authority, SimulatedFileSystem files) {
        FILE_SYSTEMS.put(authority, files);
    }

    public static void remove(String authority) {
        FILE_SYSTEMS.remove(authority);
    }

    @Override
    public boolean serves(String scheme) {
        return SCHEME.equals(scheme);
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public FileSystem open(URI path) {
        SimulatedFileSystem files = FILE_SYSTEMS.get(path.getAuthority());
        if (files == null) {
            throw new IllegalStateException("There is no simulation of the name in " + path);
        }
        return files;
    }
}

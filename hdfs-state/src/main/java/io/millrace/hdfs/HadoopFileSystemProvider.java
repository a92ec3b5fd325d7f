package io.millrace.hdfs;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.FileSystemProvider;
import io.millrace.api.fs.NoFileSystemException;
import io.millrace.runtime.file.LocalFileSystem;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Serves what Hadoop's configuration can: its own schemes, every scheme for which it names a class
 * ({@code fs.(scheme).impl}), and, if there is a configuration, paths without a scheme, which lie
 * on {@code fs.defaultFS}. Local files are left to the engine's own file system, also where that is
 * the default.
 */
public final class HadoopFileSystemProvider implements FileSystemProvider {
    /** Schemes whose class Hadoop finds without a setting, if its jar is there. */
    private static final Set<String> KNOWN =
            Set.of("hdfs", "viewfs", "webhdfs", "swebhdfs", "ofs", "o3fs", "abfs", "abfss", "s3a");

    private static final Map<String, FileSystem> OPEN = new ConcurrentHashMap<>();

    @Override
    public boolean serves(String scheme) {
        if (scheme == null) {
            return HadoopConfiguration.isPresent();
        }
        String name = scheme.toLowerCase(Locale.ROOT);
        if (name.equals("file")) {
            return false;
        }
        return KNOWN.contains(name)
                || (HadoopConfiguration.isPresent()
                        && HadoopConfiguration.get().get("fs." + name + ".impl") != null);
    }

    @Override
    public int rank() {
        return 10;
    }

    @Override
    public FileSystem open(URI path) throws IOException {
        Configuration configuration = HadoopConfiguration.get();
        URI base = path;
        URI byDefault = org.apache.hadoop.fs.FileSystem.getDefaultUri(configuration);
        if (path.getScheme() == null
                || (path.getAuthority() == null
                        && path.getScheme().equalsIgnoreCase(byDefault.getScheme()))) {
            base = byDefault;
        }
        if ("file".equalsIgnoreCase(base.getScheme())) {
            return LocalFileSystem.INSTANCE;
        }
        // One for each authority and each configuration put in force.
        String key =
                base.getScheme()
                        + "://"
                        + (base.getAuthority() == null ? "" : base.getAuthority())
                        + "#"
                        + System.identityHashCode(configuration);
        FileSystem open = OPEN.get(key);
        if (open == null) {
            FileSystem made = connect(base, configuration);
            FileSystem other = OPEN.putIfAbsent(key, made);
            open = other == null ? made : other;
        }
        return open;
    }

    private static FileSystem connect(URI base, Configuration configuration) throws IOException {
        try {
            return new HadoopFileSystem(base, configuration);
        } catch (UnsupportedFileSystemException e) {
            throw new NoFileSystemException(
                    "No file system for "
                            + base
                            + ": neither a jar on the class path nor fs."
                            + base.getScheme()
                            + ".impl in Hadoop's configuration brings one.",
                    e);
        } catch (IllegalArgumentException e) {
            // Hadoop wraps an unknown host and a malformed authority so.
            throw new NoFileSystemException(
                    "No file system for " + base + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException) {
                throw new NoFileSystemException(
                        "No file system for "
                                + base
                                + ": the class that Hadoop's configuration names for it is not on"
                                + " the class path ("
                                + e.getCause().getMessage()
                                + "); add the jar that has it.",
                        e);
            }
            throw e;
        }
    }
}

package io.millrace.runtime.file;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.FileSystemProvider;
import java.net.URI;

/** Serves {@code file:} and, where nobody of a higher rank does, paths without a scheme. */
public final class LocalFileSystemProvider implements FileSystemProvider {
    @Override
    public boolean serves(String scheme) {
        return scheme == null || scheme.equalsIgnoreCase("file");
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public FileSystem open(URI path) {
        return LocalFileSystem.INSTANCE;
    }
}

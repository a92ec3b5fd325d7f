package io.millrace.api.fs;

import java.net.URI;

/** Brings file systems to the engine; found by {@link java.util.ServiceLoader}. */
public interface FileSystemProvider {

    /** Whether this provider serves the scheme; null is a path without a scheme. */
    boolean serves(String scheme);

    /** Providers with a higher rank are asked first; 0 for the local one. */
    int rank();

    /** The file system for a path with the scheme served. */
    FileSystem open(URI path) throws java.io.IOException;
}

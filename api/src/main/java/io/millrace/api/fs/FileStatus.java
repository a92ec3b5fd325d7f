package io.millrace.api.fs;

import java.net.URI;

/**
 * A file or folder.
 *
 * @param length in bytes; 0 for a folder
 * @param modifiedMillis wall-clock time of the last change
 */
public record FileStatus(URI path, boolean folder, long length, long modifiedMillis) {}

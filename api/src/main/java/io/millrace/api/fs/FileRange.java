package io.millrace.api.fs;

/**
 * A part of a file that one reader reads.
 *
 * @param path the file, with its scheme
 * @param offset first byte
 * @param length in bytes
 * @param fileLength length of the whole file in bytes, as it was when it was cut
 */
public record FileRange(String path, long offset, long length, long fileLength) {}

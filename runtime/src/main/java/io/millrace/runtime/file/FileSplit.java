package io.millrace.runtime.file;

import io.millrace.api.fs.FileRange;

/**
 * A part of a file that one subtask reads. A line belongs to the split in which it begins.
 *
 * @param operator number of the source operator in the job
 * @param path the file, with its scheme
 * @param offset first byte
 * @param length in bytes
 * @param fileLength length of the whole file in bytes, as it was when the splits were made
 */
public record FileSplit(int operator, String path, long offset, long length, long fileLength) {

    /** The same without its source. */
    public FileRange range() {
        return new FileRange(path, offset, length, fileLength);
    }
}

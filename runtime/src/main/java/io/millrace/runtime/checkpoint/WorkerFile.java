package io.millrace.runtime.checkpoint;

/**
 * A file that a worker has written for a checkpoint: what is of this checkpoint alone, or what
 * later ones may share.
 *
 * @param name below the job's folder, with a slash between folder and file: it may be moved with
 *     all of the folder
 * @param length in bytes
 * @param crc CRC32C of all its bytes
 */
public record WorkerFile(String name, long length, int crc) {}

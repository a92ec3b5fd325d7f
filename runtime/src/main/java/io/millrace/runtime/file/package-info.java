/**
 * Files: the local file system, the cutting of input into splits, reading and writing of text, and
 * the step that makes a job's output visible.
 *
 * <p>{@link io.millrace.runtime.file.FileSystems} is the way to a file system for a path;
 * everything else here speaks to {@link io.millrace.api.fs.FileSystem} alone, so that HDFS and
 * local folders are the same code. Nothing of Hadoop is imported here.
 */
package io.millrace.runtime.file;

/**
 * What outlives a process: the job record and its fence, files uploaded once for each content, and
 * Hadoop's file systems behind {@link io.millrace.api.fs.FileSystem}.
 *
 * <p>{@link io.millrace.hdfs.FileJobStore} and {@link io.millrace.hdfs.JobRecordReader} work on any
 * file system of that interface; {@link io.millrace.hdfs.HadoopFileSystem} is the one place that
 * calls Hadoop's. Nothing of YARN is imported here.
 */
package io.millrace.hdfs;

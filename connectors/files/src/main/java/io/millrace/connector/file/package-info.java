/**
 * Files of any file system that {@link io.millrace.api.fs.FileSystem} reaches, on both ends of a
 * job.
 */
package io.millrace.connector.file;

/**
 * Files as the end of a job, each record in them once.
 *
 * <p>Begin with {@link io.millrace.connector.file.sink.FileSink}. A writer puts records into hidden
 * files, one for each bucket; the committer renames a file that is complete to the name under which
 * it is seen.
 *
 * <p>Threads: the subtask's. Must import nothing but the API.
 */
package io.millrace.connector.file.sink;

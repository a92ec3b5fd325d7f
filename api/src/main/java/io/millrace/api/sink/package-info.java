/**
 * How records leave a job, each of them once.
 *
 * <p>Begin with {@link io.millrace.api.sink.Sink}: a writer takes the records; a sink that
 * {@linkplain io.millrace.api.sink.SupportsCommitter has a committer} makes what was written
 * visible when a checkpoint is complete.
 *
 * <p>Must not import the engine.
 */
package io.millrace.api.sink;

/**
 * Checkpoints: when they are taken, what they hold, where it lies.
 *
 * <p>Entry: {@link io.millrace.runtime.checkpoint.CheckpointCoordinator} on the master's side;
 * {@link io.millrace.runtime.checkpoint.SnapshotStorage} on the workers'; {@link
 * io.millrace.runtime.checkpoint.StateAssignment} between a checkpoint and the deployments that
 * begin from it. The formats are in {@link io.millrace.runtime.checkpoint.WorkerFileWriter} and
 * {@link io.millrace.runtime.checkpoint.MetadataFormat}.
 *
 * <p>Threads: what decides runs in the loop of master or worker; what waits for a file system runs
 * on a thread of its own.
 */
package io.millrace.runtime.checkpoint;

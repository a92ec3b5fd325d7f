/**
 * What a job keeps in its master for a source: the enumerator of its splits, and which of them were
 * given to whom.
 *
 * <p>Entry: {@link io.millrace.runtime.coordinate.Coordinators}, owned by the master's loop. The
 * user's enumerator runs on a thread of its own, in {@link
 * io.millrace.runtime.coordinate.EnumeratorHost}; readers are subtasks, and the messages between
 * the two are {@link io.millrace.runtime.coordinate.ToReader} and {@link
 * io.millrace.runtime.coordinate.ToCoordinator}.
 *
 * <p>Must not import: operators, tasks, workers, the master itself.
 */
package io.millrace.runtime.coordinate;

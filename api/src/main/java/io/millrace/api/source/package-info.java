/**
 * Sources that are divided into splits: an enumerator finds the splits and deals them out, in the
 * application master; readers read them, one in each subtask.
 *
 * <p>Entry: {@link io.millrace.api.source.Source}. Where readers stand is part of their state, and
 * which splits nobody has yet is part of the enumerator's: after a failure each record of a split
 * is there once.
 */
package io.millrace.api.source;

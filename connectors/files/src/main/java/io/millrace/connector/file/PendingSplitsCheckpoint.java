package io.millrace.connector.file;

import java.util.List;
import java.util.Set;

/**
 * What an enumerator of files keeps.
 *
 * @param lookedFor whether the paths were looked at, once at least
 * @param splits that no reader has
 * @param known paths of files that were found, if the folders are watched; else empty
 */
public record PendingSplitsCheckpoint(
        boolean lookedFor, List<FileSourceSplit> splits, Set<String> known) {
    public PendingSplitsCheckpoint {
        splits = List.copyOf(splits);
        known = Set.copyOf(known);
    }
}

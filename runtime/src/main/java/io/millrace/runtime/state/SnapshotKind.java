package io.millrace.runtime.state;

/** What a snapshot holds, and in which order. */
public enum SnapshotKind {
    /**
     * What has changed since the last confirmed checkpoint; everything if there is none, or if the
     * changes written since the last full snapshot have become as large as that.
     */
    INCREMENTAL,
    /** Everything. */
    FULL,
    /** Everything, in each key group ordered by key; never a base that others build on. */
    CANONICAL
}

package io.millrace.api.source;

/** A part of a source that one reader reads at a time. */
public interface SourceSplit {

    /** Tells it from all other splits of the source. */
    String splitId();
}

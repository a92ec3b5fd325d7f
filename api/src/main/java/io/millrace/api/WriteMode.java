package io.millrace.api;

/** What to do with an output that exists. */
public enum WriteMode {
    /** It is refused, unless it is an empty folder. */
    NO_OVERWRITE,
    /** It is replaced when the job finishes. */
    OVERWRITE
}

package io.millrace.api.source;

/** What a reader can say of what comes next. */
public enum InputStatus {
    /** There is more at once. */
    MORE_AVAILABLE,
    /** There is nothing now; there may be later. */
    NOTHING_AVAILABLE,
    /** There will never be anything again. */
    END_OF_INPUT
}

package io.millrace.runtime.exchange;

/**
 * How records of one key can be combined before they are sent.
 *
 * <p>Unit: milliseconds of event time. A pane is known by its start.
 *
 * <p>Threads: owned by the writing subtask.
 */
public interface Panes {

    /** The pane that a timestamp is in: only records of one pane are combined. */
    long pane(long timestampMillis);

    /**
     * @param contents of records of the same key and pane, which may be changed; null if it is the
     *     first
     * @param value may be kept
     */
    Object add(Object contents, Object value) throws Exception;
}

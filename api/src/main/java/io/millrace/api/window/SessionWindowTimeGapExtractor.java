package io.millrace.api.window;

import java.io.Serializable;

/** Says how long after a record its session stays open. */
@FunctionalInterface
public interface SessionWindowTimeGapExtractor<T> extends Serializable {

    /** In milliseconds, at least 1. */
    long extract(T element);
}

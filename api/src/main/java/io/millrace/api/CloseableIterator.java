package io.millrace.api;

import java.util.Iterator;

/**
 * An iterator that holds something until it is closed.
 *
 * @param <T> type of the elements
 */
public interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {}

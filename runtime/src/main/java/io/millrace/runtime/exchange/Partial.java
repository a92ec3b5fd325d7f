package io.millrace.runtime.exchange;

/**
 * Several records of one key and one pane of a window, combined before they are sent. It travels
 * among the records of its edge, with the greatest timestamp of those it stands for.
 *
 * @param contents what the pane holds of them
 * @param records how many they are
 */
public record Partial(Object key, Object contents, long records) {}

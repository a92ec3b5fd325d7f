package io.millrace.runtime.operator;

/** The end of a chain that nobody reads. */
final class DiscardingOutput implements Output {

    @Override
    public void process(Object value, long timestampMillis) {}
}

package io.millrace.runtime.operator;

/**
 * Hands each record to one output and then to another; more than two are forks of forks, so that
 * each call site has one receiver.
 */
final class ForkedOutput implements Output {
    private final Output first;
    private final Output second;

    ForkedOutput(Output first, Output second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        first.process(value, timestampMillis);
        second.process(value, timestampMillis);
    }
}

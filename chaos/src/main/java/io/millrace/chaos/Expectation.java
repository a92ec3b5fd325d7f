package io.millrace.chaos;

import java.util.HashMap;
import java.util.Map;

/**
 * What the job must have written, worked out from the events again.
 *
 * <p>How far each split was read is known by the sessions that were written, as the job was
 * drained: a range whose sessions count n events was read up to event n, or events were lost or
 * doubled; then the sessions differ from those of n events.
 *
 * <p>Threads: one.
 */
final class Expectation {
    private final Events generator;
    private final Map<String, Integer> written;
    private long lost;
    private long doubled;
    private long events;
    private String firstDifference;

    private static final class KeyTotals {
        private long count;
        private long sum;
        private long sessionStart;
        private long sessionLast;
        private long sessionCount;
        private long sessionSum;
    }

    private Expectation(Events generator, Map<String, Integer> written) {
        this.generator = generator;
        this.written = written;
    }

    /**
     * Compares all lines that were written.
     *
     * @param written how often each line was written; is emptied
     */
    static Verdict check(Events generator, Map<String, Integer> written) {
        Expectation expectation = new Expectation(generator, written);
        expectation.splits().forEach(expectation::split);
        written.forEach((line, times) -> expectation.tooMany(line, times));
        return new Verdict(
                expectation.events,
                expectation.lost,
                expectation.doubled,
                expectation.firstDifference);
    }

    /** Events counted by the sessions of each split. */
    private Map<Long, Long> splits() {
        Map<Long, Long> counts = new HashMap<>();
        written.forEach(
                (line, times) -> {
                    if (Lines.isSession(line)) {
                        long split = Lines.field(line, 1) / Events.KEYS;
                        counts.merge(split, Lines.field(line, 4) * times, Long::sum);
                    }
                });
        return counts;
    }

    private void split(long split, long length) {
        events += length;
        Map<Long, KeyTotals> keys = new HashMap<>();
        for (long index = 0; index < length; index++) {
            Event event = generator.at(split, index);
            add(event, keys.computeIfAbsent(event.key(), key -> new KeyTotals()));
        }
        keys.forEach(this::endSession);
    }

    private void add(Event event, KeyTotals key) {
        if (key.sessionCount > 0 && event.timeMillis() - key.sessionLast > Events.GAP_MILLIS) {
            endSession(event.key(), key);
        }
        if (key.sessionCount == 0) {
            key.sessionStart = event.timeMillis();
        }
        key.sessionLast = event.timeMillis();
        key.sessionCount++;
        key.sessionSum += event.value();
        key.count++;
        key.sum += event.value();
        if (key.count % Lines.EVENTS_PER_SUM == 0) {
            expect(Lines.sum(event.key(), key.count, key.sum), Lines.EVENTS_PER_SUM);
        }
    }

    private void endSession(long key, KeyTotals totals) {
        expect(
                Lines.session(
                        key,
                        totals.sessionStart,
                        totals.sessionLast + Events.GAP_MILLIS,
                        totals.sessionCount,
                        totals.sessionSum),
                totals.sessionCount);
        totals.sessionCount = 0;
        totals.sessionSum = 0;
    }

    private void expect(String line, long eventsOfLine) {
        Integer times = written.remove(line);
        if (times == null) {
            lost += eventsOfLine;
            differ("missing: " + line);
        } else if (times > 1) {
            doubled += (times - 1) * eventsOfLine;
            differ(times + " times: " + line);
        }
    }

    /** Lines that nobody expects hold events that were counted twice, or not at all. */
    private void tooMany(String line, int times) {
        doubled += times * (Lines.isSession(line) ? Lines.field(line, 4) : Lines.EVENTS_PER_SUM);
        differ("not expected: " + line);
    }

    private void differ(String difference) {
        if (firstDifference == null) {
            firstDifference = difference;
        }
    }

    /**
     * @param events that the sessions have counted
     * @param lost events of lines that are not there
     * @param doubled events of lines that are there more than once or should not be there
     * @param firstDifference null if there is none
     */
    record Verdict(long events, long lost, long doubled, String firstDifference) {
        boolean isExact() {
            return lost == 0 && doubled == 0;
        }
    }
}

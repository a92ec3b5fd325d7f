package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chaos.Expectation.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    /** Longer than all turns of the keys, so that each has more than one session. */
    private static final long LENGTH =
            (Events.TURNS + 3) * Events.TURN_MILLIS * Events.EVENTS_PER_MILLI / 128 + 777;

    private static final Events EVENTS = Events.of(2);

    @Test
    void shouldFindNothingWrongInWhatAPlainReadingOfTheEventsGives() {
        Verdict verdict = Expectation.check(EVENTS, written(LENGTH, 2));

        assertThat(verdict).isEqualTo(new Verdict(2 * LENGTH, 0, 0, null));
    }

    @Test
    void shouldCountTheEventsOfALineThatIsMissing() {
        Map<String, Integer> lines = written(LENGTH, 1);
        String sum =
                lines.keySet().stream().filter(l -> !Lines.isSession(l)).findAny().orElseThrow();
        lines.remove(sum);

        Verdict verdict = Expectation.check(EVENTS, lines);

        assertThat(verdict.lost()).isEqualTo(Lines.EVENTS_PER_SUM);
        assertThat(verdict.doubled()).isZero();
        assertThat(verdict.firstDifference()).contains(sum);
    }

    @Test
    void shouldCountTheEventsOfALineThatIsThereTwice() {
        Map<String, Integer> lines = written(LENGTH, 1);
        String sum =
                lines.keySet().stream().filter(l -> !Lines.isSession(l)).findAny().orElseThrow();
        lines.put(sum, 2);

        Verdict verdict = Expectation.check(EVENTS, lines);

        assertThat(verdict.lost()).isZero();
        assertThat(verdict.doubled()).isEqualTo(Lines.EVENTS_PER_SUM);
    }

    @Test
    void shouldNoticeASingleEventThatIsCountedTwiceInASession() {
        Map<String, Integer> lines = written(LENGTH, 1);
        String session = lines.keySet().stream().filter(Lines::isSession).findAny().orElseThrow();
        lines.remove(session);
        lines.put(
                Lines.session(
                        Lines.field(session, 1),
                        Lines.field(session, 2),
                        Lines.field(session, 3),
                        Lines.field(session, 4) + 1,
                        Lines.field(session, 5)),
                1);

        assertThat(Expectation.check(EVENTS, lines).isExact()).isFalse();
    }

    @Test
    void shouldNoticeAnEventThatNoSessionHas() {
        Map<String, Integer> lines = written(LENGTH, 1);
        String session = lines.keySet().stream().filter(Lines::isSession).findAny().orElseThrow();
        lines.remove(session);

        assertThat(Expectation.check(EVENTS, lines).isExact()).isFalse();
    }

    /**
     * By another way than the check: all times of a key first, then cut where they are far apart.
     */
    private static Map<String, Integer> written(long length, int splits) {
        Map<Long, List<Event>> keys = new TreeMap<>();
        for (int split = 0; split < splits; split++) {
            for (long index = 0; index < length; index++) {
                Event event = EVENTS.at(split, index);
                keys.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event);
            }
        }
        Map<String, Integer> lines = new HashMap<>();
        keys.forEach((key, events) -> write(key, events, lines));
        return lines;
    }

    private static void write(long key, List<Event> events, Map<String, Integer> lines) {
        long sum = 0;
        int first = 0;
        for (int i = 0; i < events.size(); i++) {
            sum += events.get(i).value();
            if ((i + 1) % Lines.EVENTS_PER_SUM == 0) {
                lines.put(Lines.sum(key, i + 1, sum), 1);
            }
            long end = events.get(i).timeMillis() + Events.GAP_MILLIS;
            if (i + 1 == events.size() || events.get(i + 1).timeMillis() > end) {
                List<Event> session = events.subList(first, i + 1);
                long total = session.stream().mapToLong(Event::value).sum();
                lines.put(
                        Lines.session(key, session.get(0).timeMillis(), end, session.size(), total),
                        1);
                first = i + 1;
            }
        }
    }
}

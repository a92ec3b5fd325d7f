package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.time.RelativeClock;
import io.millrace.api.time.Watermark;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitMarksTest {
    private final List<StreamEvent> events = new ArrayList<>();
    private final SplitMarks marks =
            new SplitMarks(new Downstream(List.of(), List.of(events::add)), new StillClock());

    /** No time passes. */
    private record StillClock() implements RelativeClock {
        @Override
        public long relativeTimeMillis() {
            return 0;
        }

        @Override
        public long relativeTimeNanos() {
            return 0;
        }
    }

    private static StreamEvent mark(long millis) {
        return new StreamEvent.Watermark(millis);
    }

    @Test
    void shouldEmitTheLeastOfAllSplits() {
        SplitMarks.Part one = marks.split("s");
        SplitMarks.Part two = marks.split("s");

        one.emitWatermark(new Watermark(10));
        assertThat(events).isEmpty();
        two.emitWatermark(new Watermark(5));
        two.emitWatermark(new Watermark(20));

        assertThat(events).containsExactly(mark(5), mark(10));
    }

    @Test
    void shouldNotGoBackWhenAFurtherSplitBegins() {
        SplitMarks.Part one = marks.split("s");
        one.emitWatermark(new Watermark(10));
        SplitMarks.Part two = marks.split("s");
        two.emitWatermark(new Watermark(3));
        one.emitWatermark(new Watermark(30));
        assertThat(events).containsExactly(mark(10));

        two.emitWatermark(new Watermark(12));
        assertThat(events).containsExactly(mark(10), mark(12));
    }

    @Test
    void shouldGoOnWithoutASplitThatHasEnded() {
        SplitMarks.Part one = marks.split("s");
        SplitMarks.Part two = marks.split("s");
        one.emitWatermark(new Watermark(10));

        two.leave();

        assertThat(events).containsExactly(mark(10));
    }

    @Test
    void shouldLeaveIdleSplitsOutAndBeIdleWhenAllAre() {
        SplitMarks.Part one = marks.split("s");
        SplitMarks.Part two = marks.split("s");
        one.emitWatermark(new Watermark(10));
        two.markIdle();
        assertThat(events).containsExactly(mark(10));

        one.markIdle();
        two.emitWatermark(new Watermark(15));

        assertThat(events).containsExactly(mark(10), Status.IDLE, Status.ACTIVE, mark(15));
    }

    @Test
    void shouldNotWaitForAReadersOwnOutputBeforeSomethingComesOfIt() {
        SplitMarks.Part own = marks.own();
        SplitMarks.Part split = marks.split("s");
        own.emitWatermark(new Watermark(Long.MIN_VALUE));
        split.emitWatermark(new Watermark(10));
        assertThat(events).containsExactly(mark(10));

        own.emitWatermark(new Watermark(11));
        split.emitWatermark(new Watermark(20));

        assertThat(events).containsExactly(mark(10), mark(11));
    }

    @Test
    void shouldEmitTheLeastOfManySplitsWhateverTheyDo() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<SplitMarks.Part> parts = new ArrayList<>();
            List<Long> of = new ArrayList<>();
            List<Boolean> idle = new ArrayList<>();
            SplitMarks many =
                    new SplitMarks(
                            new Downstream(List.of(), List.of(events::add)), new StillClock());
            long emitted = Long.MIN_VALUE;
            for (int step = 0; step < 300; step++) {
                int what = random.nextInt(10);
                int which = parts.isEmpty() ? 0 : random.nextInt(parts.size());
                if (parts.isEmpty() || what == 0) {
                    parts.add(many.split("s" + step));
                    of.add(Long.MIN_VALUE);
                    idle.add(false);
                } else if (what == 1) {
                    parts.remove(which).leave();
                    of.remove(which);
                    idle.remove(which);
                } else if (what == 2) {
                    parts.get(which).markIdle();
                    idle.set(which, true);
                } else if (what == 3) {
                    parts.get(which).markActive();
                    idle.set(which, false);
                } else {
                    long mark = random.nextInt(step + 1);
                    parts.get(which).emitWatermark(new Watermark(mark));
                    if (mark > of.get(which)) {
                        of.set(which, mark);
                        idle.set(which, false);
                    }
                }
                long least = Long.MAX_VALUE;
                for (int i = 0; i < parts.size(); i++) {
                    least = idle.get(i) ? least : Math.min(least, of.get(i));
                }
                if (least != Long.MAX_VALUE) {
                    emitted = Math.max(emitted, least);
                }
                assertThat(many.watermarkMillis())
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(emitted);
            }
        }
    }

    @Test
    void shouldSayWhichSplitsAreToRest() {
        SplitMarks.Part one = marks.split("one");
        SplitMarks.Part two = marks.split("two");
        marks.limit(20);
        one.emitWatermark(new Watermark(20));
        assertThat(marks.isAnyAhead()).isFalse();

        one.emitWatermark(new Watermark(21));
        two.emitWatermark(new Watermark(3));
        assertThat(rest()).isEqualTo("rest [one], go on []");
        assertThat(marks.isAnyAhead()).isFalse();

        marks.limit(21);
        assertThat(rest()).isEqualTo("rest [], go on [one]");
        assertThat(marks.isAnyAhead()).isFalse();
    }

    @Test
    void shouldHoldAReaderWithASingleSplitAsAWhole() {
        SplitMarks.Part one = marks.split("one");
        SplitMarks.Part two = marks.split("two");
        marks.limit(20);
        one.emitWatermark(new Watermark(30));
        assertThat(rest()).isEqualTo("rest [one], go on []");

        two.leave();

        assertThat(rest()).isEqualTo("rest [], go on [one]");
        assertThat(marks.isAhead()).isTrue();
        marks.limit(30);
        assertThat(marks.isAhead()).isFalse();
    }

    @Test
    void shouldNotHoldAReaderAtTheEndOfTime() {
        SplitMarks.Part one = marks.split("one");
        marks.limit(20);

        one.emitWatermark(new Watermark(Long.MAX_VALUE));

        assertThat(marks.isAnyAhead()).isFalse();
    }

    private String rest() {
        List<String> rest = new ArrayList<>();
        List<String> goOn = new ArrayList<>();
        marks.takeSplits(rest, goOn);
        return "rest " + rest + ", go on " + goOn;
    }
}

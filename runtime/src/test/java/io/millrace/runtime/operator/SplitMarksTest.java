package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.time.Watermark;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitMarksTest {
    private final List<StreamEvent> events = new ArrayList<>();
    private final SplitMarks marks =
            new SplitMarks(new Downstream(List.of(), List.of(events::add)));

    private static StreamEvent mark(long millis) {
        return new StreamEvent.Watermark(millis);
    }

    @Test
    void shouldEmitTheLeastOfAllSplits() {
        SplitMarks.Part one = marks.part(true);
        SplitMarks.Part two = marks.part(true);

        one.emitWatermark(new Watermark(10));
        assertThat(events).isEmpty();
        two.emitWatermark(new Watermark(5));
        two.emitWatermark(new Watermark(20));

        assertThat(events).containsExactly(mark(5), mark(10));
    }

    @Test
    void shouldNotGoBackWhenAFurtherSplitBegins() {
        SplitMarks.Part one = marks.part(true);
        one.emitWatermark(new Watermark(10));
        SplitMarks.Part two = marks.part(true);
        two.emitWatermark(new Watermark(3));
        one.emitWatermark(new Watermark(30));
        assertThat(events).containsExactly(mark(10));

        two.emitWatermark(new Watermark(12));
        assertThat(events).containsExactly(mark(10), mark(12));
    }

    @Test
    void shouldGoOnWithoutASplitThatHasEnded() {
        SplitMarks.Part one = marks.part(true);
        SplitMarks.Part two = marks.part(true);
        one.emitWatermark(new Watermark(10));

        two.leave();

        assertThat(events).containsExactly(mark(10));
    }

    @Test
    void shouldLeaveIdleSplitsOutAndBeIdleWhenAllAre() {
        SplitMarks.Part one = marks.part(true);
        SplitMarks.Part two = marks.part(true);
        one.emitWatermark(new Watermark(10));
        two.markIdle();
        assertThat(events).containsExactly(mark(10));

        one.markIdle();
        two.emitWatermark(new Watermark(15));

        assertThat(events).containsExactly(mark(10), Status.IDLE, Status.ACTIVE, mark(15));
    }

    @Test
    void shouldNotWaitForAReadersOwnOutputBeforeSomethingComesOfIt() {
        SplitMarks.Part own = marks.part(false);
        SplitMarks.Part split = marks.part(true);
        own.emitWatermark(new Watermark(Long.MIN_VALUE));
        split.emitWatermark(new Watermark(10));
        assertThat(events).containsExactly(mark(10));

        own.emitWatermark(new Watermark(11));
        split.emitWatermark(new Watermark(20));

        assertThat(events).containsExactly(mark(10), mark(11));
    }
}

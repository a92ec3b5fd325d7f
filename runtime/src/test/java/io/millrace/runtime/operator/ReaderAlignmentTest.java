package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.source.InputStatus;
import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.source.SourceReader;
import io.millrace.api.time.Watermark;
import io.millrace.runtime.graph.JobVertex.Alignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a reader rests that waits for others. */
class ReaderAlignmentTest {
    private static final long UPDATE_MILLIS = 100;
    private static final Alignment ALIGNMENT = new Alignment("all", 10, UPDATE_MILLIS);
    private static final long PATIENCE_MILLIS = ALIGNMENT.patienceMillis();

    /** The wall clock, which the test moves. */
    private static final class ManualClock implements ProcessingTime {
        private long nowMillis = 1_000_000;
        private long wakeAtMillis;

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void wakeAt(long millis) {
            wakeAtMillis = millis;
        }
    }

    /** Has nothing to read; remembers which splits are to rest. */
    private static class Splits implements SourceReader<Object, SequenceSplit> {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void pauseOrResumeSplits(
                Collection<String> splitsToPause, Collection<String> splitsToResume) {
            calls.add(splitsToPause + " " + splitsToResume);
        }

        @Override
        public void start() {}

        @Override
        public InputStatus pollNext(ReaderOutput<Object> output) {
            return InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public List<SequenceSplit> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return new CompletableFuture<>();
        }

        @Override
        public void addSplits(List<SequenceSplit> splits) {}

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }

    /** Cannot let single splits rest. */
    private static final class WholeOnly extends Splits {
        @Override
        public void pauseOrResumeSplits(
                Collection<String> splitsToPause, Collection<String> splitsToResume) {
            throw new UnsupportedOperationException("not this one");
        }
    }

    private final ManualClock time = new ManualClock();
    private final ActivityClock activity = new ActivityClock(new WallActivity(time));
    private final SplitMarks marks =
            new SplitMarks(new Downstream(List.of(), List.of(event -> {})), activity);
    private final List<Long> reports = new ArrayList<>();
    private final Splits reader = new Splits();

    private ReaderAlignment opened(boolean allowsUnalignedSplits) {
        ReaderAlignment alignment =
                new ReaderAlignment(
                        "numbers",
                        ALIGNMENT,
                        allowsUnalignedSplits,
                        marks,
                        activity,
                        time,
                        reports::add);
        alignment.open();
        return alignment;
    }

    private static Watermark mark(long millis) {
        return new Watermark(millis);
    }

    @Test
    void shouldEmitUntilThereIsAWatermarkBeforeItIsToldAnything() {
        SplitMarks.Part split = marks.split("a");
        ReaderAlignment alignment = opened(false);
        assertThat(alignment.isDue()).isFalse();

        split.emitWatermark(mark(5));
        assertThat(alignment.isDue()).isTrue();
        assertThat(alignment.holds(reader)).isTrue();

        alignment.alignTo(5);
        assertThat(alignment.isDue()).isFalse();
    }

    @Test
    void shouldTellHowFarItIsEachInterval() {
        SplitMarks.Part split = marks.split("a");
        ReaderAlignment alignment = opened(false);
        assertThat(time.wakeAtMillis).isEqualTo(time.nowMillis + UPDATE_MILLIS);
        split.emitWatermark(mark(5));

        time.nowMillis += UPDATE_MILLIS;
        alignment.processingTime(time.nowMillis);
        split.markIdle();
        alignment.processingTime(time.nowMillis + 1);
        time.nowMillis += UPDATE_MILLIS;
        alignment.processingTime(time.nowMillis);
        split.markActive();
        alignment.end();

        assertThat(reports).containsExactly(5L, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    @Test
    void shouldGoOnAloneWhenNobodyTellsItAnythingForLong() {
        SplitMarks.Part split = marks.split("a");
        ReaderAlignment alignment = opened(false);
        alignment.alignTo(10);
        split.emitWatermark(mark(20));
        time.nowMillis += PATIENCE_MILLIS - 1;
        alignment.processingTime(time.nowMillis);
        assertThat(alignment.holds(reader)).isTrue();

        time.nowMillis += UPDATE_MILLIS;
        alignment.processingTime(time.nowMillis);
        assertThat(alignment.isDue()).isFalse();

        alignment.alignTo(15);
        assertThat(alignment.holds(reader)).isTrue();
    }

    @Test
    void shouldNotCountTheTimeThatItRestsAsIdle() {
        SplitMarks.Part split = marks.split("a");
        ReaderAlignment alignment = opened(false);
        alignment.alignTo(10);
        long before = split.activity().relativeTimeMillis();
        split.emitWatermark(mark(20));
        assertThat(alignment.holds(reader)).isTrue();

        time.nowMillis += 1000;
        assertThat(split.activity().relativeTimeMillis()).isEqualTo(before);

        alignment.alignTo(20);
        time.nowMillis += 7;
        assertThat(split.activity().relativeTimeMillis()).isEqualTo(before + 7);
    }

    @Test
    void shouldLetSingleSplitsRest() {
        SplitMarks.Part ahead = marks.split("ahead");
        SplitMarks.Part behind = marks.split("behind");
        ReaderAlignment alignment = opened(false);
        alignment.alignTo(10);
        behind.emitWatermark(mark(1));
        ahead.emitWatermark(mark(11));
        assertThat(alignment.isDue()).isTrue();
        long before = ahead.activity().relativeTimeMillis();

        assertThat(alignment.holds(reader)).isFalse();
        time.nowMillis += 1000;
        assertThat(ahead.activity().relativeTimeMillis()).isEqualTo(before);
        assertThat(behind.activity().relativeTimeMillis()).isEqualTo(before + 1000);
        alignment.alignTo(11);
        assertThat(alignment.holds(reader)).isFalse();

        assertThat(reader.calls).containsExactly("[ahead] []", "[] [ahead]");
    }

    @Test
    void shouldSayWhatToDoWhenAReaderCannotLetSingleSplitsRest() {
        marks.split("behind");
        SplitMarks.Part ahead = marks.split("ahead");
        ReaderAlignment alignment = opened(false);
        alignment.alignTo(10);
        ahead.emitWatermark(mark(11));

        assertThatThrownBy(() -> alignment.holds(new WholeOnly()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Splits [ahead] of 'numbers'")
                .hasMessageContaining("'all'")
                .hasMessageContaining("pipeline.watermark-alignment.allow-unaligned-source-splits");
    }

    @Test
    void shouldHoldSuchAReaderOnlyAsAWholeWhereThatIsAllowed() {
        SplitMarks.Part behind = marks.split("behind");
        SplitMarks.Part ahead = marks.split("ahead");
        ReaderAlignment alignment = opened(true);
        alignment.alignTo(10);
        ahead.emitWatermark(mark(11));

        assertThat(alignment.holds(new WholeOnly())).isFalse();
        ahead.emitWatermark(mark(12));
        assertThat(alignment.isDue()).isFalse();

        behind.emitWatermark(mark(11));
        assertThat(alignment.holds(new WholeOnly())).isTrue();
    }
}

package io.millrace.api.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.time.Time;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowStaggerTest {
    private static final WindowAssigner.WindowAssignerContext CLOCK =
            new WindowAssigner.WindowAssignerContext() {
                @Override
                public long getCurrentProcessingTime() {
                    return 1_234;
                }
            };

    private static long start(WindowAssigner<Object, TimeWindow> windows, long timestamp) {
        return windows.assignWindows("record", timestamp, CLOCK).iterator().next().getStart();
    }

    @Test
    void shouldBeginWindowsAtTheOffsetWhenAligned() {
        var windows =
                TumblingEventTimeWindows.of(
                        Time.milliseconds(100), Time.milliseconds(7), WindowStagger.ALIGNED);

        assertThat(start(windows, 107)).isEqualTo(107);
        assertThat(start(windows, 106)).isEqualTo(7);
        assertThat(TumblingEventTimeWindows.of(Time.seconds(1)).getStagger())
                .isEqualTo(WindowStagger.ALIGNED);
    }

    @Test
    void shouldAddWhereTheClockStandsInAWindowWhenNatural() {
        assertThat(WindowStagger.NATURAL.getStaggerOffset(1_234, 100)).isEqualTo(34);
        var windows =
                TumblingProcessingTimeWindows.of(
                        Duration.ofMillis(100), Duration.ofMillis(-4), WindowStagger.NATURAL);

        assertThat(start(windows, 0)).isEqualTo(1_230);
    }

    @Test
    void shouldKeepWhatAssignerHasDrawnWhenRandom() {
        var windows =
                TumblingEventTimeWindows.of(
                        Duration.ofDays(1), Duration.ZERO, WindowStagger.RANDOM);

        long first = start(windows, 0);

        assertThat(first).isBetween(-86_400_000L + 1, 0L);
        for (int i = 0; i < 100; i++) {
            assertThat(start(windows, first + i)).isEqualTo(first);
        }
        assertThat(start(windows, first + 86_400_000L)).isEqualTo(first + 86_400_000L);
    }

    @Test
    void shouldRefuseATimeoutThatIsNone() {
        assertThatThrownBy(
                        () ->
                                ProcessingTimeoutTrigger.of(
                                        ProcessingTimeTrigger.create(), Duration.ZERO))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("timeout of 0 ms");
    }
}

package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.exchange.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SequenceSourceTest {

    @Test
    void shouldDivideEveryRangeAmongItsSubtasksWithoutGapsOrDoubles() {
        for (int parallelism = 1; parallelism <= 7; parallelism++) {
            for (long to = -1; to < 25; to++) {
                List<Long> all = new ArrayList<>();
                for (int subtask = 0; subtask < parallelism; subtask++) {
                    all.addAll(emitted(3, 3 + to, subtask, parallelism, 1000));
                }
                assertThat(all)
                        .as("%d numbers, %d subtasks", to + 1, parallelism)
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(3, 3 + to).boxed().toList());
            }
        }
    }

    @Test
    void shouldReachBothEndsOfTheRangeOfALong() {
        assertThat(emitted(Long.MAX_VALUE - 2, Long.MAX_VALUE, 0, 1, 10))
                .containsExactly(Long.MAX_VALUE - 2, Long.MAX_VALUE - 1, Long.MAX_VALUE);
        assertThat(emitted(Long.MIN_VALUE, Long.MAX_VALUE, 0, 2, 1))
                .containsExactly(Long.MIN_VALUE);
        assertThat(emitted(Long.MIN_VALUE, Long.MAX_VALUE, 1, 2, 1)).containsExactly(0L);
    }

    private static List<Long> emitted(long from, long to, int subtask, int parallelism, int most) {
        List<Long> all = new ArrayList<>();
        SequenceSource source =
                new SequenceSource(
                        from,
                        to,
                        subtask,
                        parallelism,
                        (value, timestampMillis) -> all.add((Long) value));
        Source.Progress progress = Source.Progress.MORE;
        while (progress == Source.Progress.MORE && all.size() < most) {
            progress = source.emit(Math.min(4, most - all.size()), new Uninterrupted());
        }
        assertThat(source.recordsEmitted()).isEqualTo(all.size());
        return all;
    }

    private static final class Uninterrupted implements Source.Target {
        @Override
        public void event(StreamEvent event) {
            throw new AssertionError(event);
        }

        @Override
        public boolean isInterrupted() {
            return false;
        }
    }
}

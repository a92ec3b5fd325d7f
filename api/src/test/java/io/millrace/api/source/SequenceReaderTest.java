package io.millrace.api.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.time.Watermark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Readers of sequences, stopped anywhere and dealt out anew. */
class SequenceReaderTest {

    private static final class Collected implements ReaderOutput<Long> {
        private final List<Long> numbers = new ArrayList<>();

        @Override
        public void collect(Long number) {
            numbers.add(number);
        }

        @Override
        public void collect(Long number, long timestamp) {
            numbers.add(number);
        }

        @Override
        public SourceOutput<Long> createOutputForSplit(String splitId) {
            return this;
        }

        @Override
        public void releaseOutputForSplit(String splitId) {}

        @Override
        public void emitWatermark(Watermark watermark) {}

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    }

    private record Context(int getIndexOfSubtask, int currentParallelism)
            implements SourceReaderContext {
        @Override
        public MetricGroup metricGroup() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Configuration getConfiguration() {
            return new Configuration();
        }

        @Override
        public String getLocalHostName() {
            return "host";
        }

        @Override
        public void sendSplitRequest() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendSourceEventToCoordinator(SourceEvent sourceEvent) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClassLoader getUserCodeClassLoader() {
            return getClass().getClassLoader();
        }
    }

    private static SourceReader<Long, SequenceSplit> reader(List<SequenceSplit> splits) {
        SourceReader<Long, SequenceSplit> reader =
                new NumberSequenceSource(0, 0).createReader(new Context(0, 1));
        reader.addSplits(splits);
        reader.start();
        reader.notifyNoMoreSplits();
        return reader;
    }

    private static void readAll(List<SequenceSplit> splits, Collected output) throws Exception {
        SourceReader<Long, SequenceSplit> reader = reader(splits);
        while (reader.pollNext(output) != InputStatus.END_OF_INPUT) {
            // goes on
        }
    }

    @Test
    void shouldEmitEachNumberOnceWhenSplitsAreDealtOutAnewWhereverTheyStand() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            long from = random.nextInt(100) - 50;
            int count = 1 + random.nextInt(1000);
            int former = 1 + random.nextInt(5);
            int next = 1 + random.nextInt(200);
            List<SequenceSplit> splits = SequenceSplits.of(from, from + count - 1, former);
            Collected output = new Collected();
            List<SequenceSplit> left = new ArrayList<>();
            for (int subtask = 0; subtask < former; subtask++) {
                List<SequenceSplit> share = new ArrayList<>();
                for (SequenceSplit split : splits) {
                    if (split.part() % former == subtask) {
                        share.add(split);
                    }
                }
                SourceReader<Long, SequenceSplit> reader = reader(share);
                for (int i = random.nextInt(count); i > 0; i--) {
                    reader.pollNext(output);
                }
                left.addAll(reader.snapshotState(1));
            }
            for (int subtask = 0; subtask < next; subtask++) {
                readAll(
                        left.subList(
                                left.size() * subtask / next, left.size() * (subtask + 1) / next),
                        output);
            }

            List<Long> expected = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                expected.add(from + i);
            }
            output.numbers.sort(null);
            assertThat(output.numbers).as("seed %s", seed).isEqualTo(expected);
        }
    }

    @Test
    void shouldEmitAscendingNumbersUpToTheLargestThereIs() throws Exception {
        Collected output = new Collected();
        readAll(SequenceSplits.of(Long.MAX_VALUE - 300, Long.MAX_VALUE, 1), output);

        assertThat(output.numbers).hasSize(301).isSorted().endsWith(Long.MAX_VALUE);
    }

    @Test
    void shouldCutTheWholeRangeOfNumbers() {
        List<SequenceSplit> splits = SequenceSplits.of(Long.MIN_VALUE, Long.MAX_VALUE, 3);

        assertThat(splits).hasSize(129);
        assertThat(splits.get(128).next()).isEqualTo(Long.MIN_VALUE + 128);
    }

    @Test
    void shouldReadWhatItWrites() throws Exception {
        List<SequenceSplit> splits = SequenceSplits.of(-5, 17, 2);

        byte[] bytes = SequenceSplits.SEVERAL.serialize(splits);

        assertThat(SequenceSplits.SEVERAL.deserialize(1, bytes)).isEqualTo(splits);
    }

    // ------------------------------------------------------------------ rates

    @Test
    void shouldGivePermitsEvenlyByTheClock() {
        long[] now = {12345};
        PacedLimiter limiter = new PacedLimiter(1000, () -> now[0]);

        long taken = 0;
        for (int millis = 0; millis < 5000; millis++) {
            taken += limiter.acquire(100);
            assertThat(taken).as("after %s ms", millis).isEqualTo(millis + 1);
            now[0] += TimeUnit.MILLISECONDS.toNanos(1);
        }
    }

    @Test
    void shouldCatchUpWithOneSecondAtTheMost() {
        long[] now = {0};
        PacedLimiter limiter = new PacedLimiter(1000, () -> now[0]);
        assertThat(limiter.acquire(100)).isEqualTo(1);
        now[0] += TimeUnit.SECONDS.toNanos(60);

        int taken = 0;
        for (int got = limiter.acquire(100); got > 0; got = limiter.acquire(100)) {
            taken += got;
        }

        assertThat(taken).isEqualTo(1000);
        now[0] += TimeUnit.MILLISECONDS.toNanos(10);
        assertThat(limiter.acquire(100)).isEqualTo(10);
    }

    @Test
    void shouldGiveOnePermitIn10SecondsAtASlowRate() {
        long[] now = {0};
        PacedLimiter limiter = new PacedLimiter(0.1, () -> now[0]);

        assertThat(limiter.acquire(100)).isEqualTo(1);
        now[0] += TimeUnit.SECONDS.toNanos(9);
        assertThat(limiter.acquire(100)).isZero();
        now[0] += TimeUnit.SECONDS.toNanos(1) + 1;
        assertThat(limiter.acquire(100)).isEqualTo(1);
    }

    @Test
    void shouldGivePermitsForEachCheckpoint() {
        CheckpointLimiter limiter = new CheckpointLimiter(10);

        assertThat(limiter.acquire(7)).isEqualTo(7);
        assertThat(limiter.acquire(7)).isEqualTo(3);
        assertThat(limiter.available()).isNotDone();
        limiter.notifyCheckpointComplete(1);
        assertThat(limiter.acquire(7)).isEqualTo(7);
    }

    @Test
    void shouldEmitAscendingNumbersOfSplitsThatStandAtDifferentPlaces() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int count = 1 + random.nextInt(2000);
            List<SequenceSplit> left = new ArrayList<>();
            for (SequenceSplit split : SequenceSplits.of(0, count - 1, 1 + random.nextInt(4))) {
                SourceReader<Long, SequenceSplit> reader = reader(List.of(split));
                Collected before = new Collected();
                for (int i = random.nextInt(10); i > 0; i--) {
                    reader.pollNext(before);
                }
                left.addAll(reader.snapshotState(1));
            }
            Collections.shuffle(left, random);
            int readers = 1 + random.nextInt(3);
            for (int subtask = 0; subtask < readers; subtask++) {
                List<SequenceSplit> share = new ArrayList<>();
                for (int i = subtask; i < left.size(); i += readers) {
                    share.add(left.get(i));
                }
                Collected output = new Collected();

                readAll(share, output);

                assertThat(output.numbers).as("seed " + seed).isSorted();
            }
        }
    }
}

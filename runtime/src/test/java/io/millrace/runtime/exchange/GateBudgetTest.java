package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.exchange.LocalChannel.Visibility;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GateBudgetTest {
    private static final int BUDGET = 64 << 10;
    private static final int MANY_CHUNKS = 1 << 20;

    private final GateBudget budget = new GateBudget(BUDGET);
    private final List<OutputChannel> writers = new ArrayList<>();
    private final List<InputChannel> readers = new ArrayList<>();
    private final List<AtomicInteger> wakes = new ArrayList<>();

    private void open(int channels) {
        for (int i = 0; i < channels; i++) {
            LocalChannel channel =
                    new LocalChannel("writer " + i, MANY_CHUNKS, budget, Visibility.ON_FLUSH);
            AtomicInteger woken = new AtomicInteger();
            wakes.add(woken);
            writers.add(channel.writer(woken::incrementAndGet));
            readers.add(channel.reader(() -> {}));
        }
    }

    /** Returns the bytes written. */
    private long fill(OutputChannel channel, int recordBytes) {
        long bytes = 0;
        while (channel.isAvailable()) {
            channel.write("record", 0, recordBytes);
            bytes += recordBytes;
        }
        return bytes;
    }

    private static List<Integer> batches(InputChannel channel) throws ExchangeException {
        List<Integer> sizes = new ArrayList<>();
        for (Object element = channel.poll(); element != null; element = channel.poll()) {
            if (element instanceof RecordBatch batch) {
                sizes.add(batch.size());
            }
        }
        return sizes;
    }

    @Test
    void shouldBoundTheBytesOfAllChannelsTogether() {
        open(8);
        long bytes = 0;
        for (OutputChannel writer : writers) {
            bytes += fill(writer, 100);
        }

        assertThat(bytes).isBetween(BUDGET / 2L, BUDGET + 8 * 100L);
    }

    @Test
    void shouldGiveAllOfItToTheOnlyChannelThatIsWrittenTo() {
        open(8);

        assertThat(fill(writers.get(3), 100)).isBetween(BUDGET / 2L, BUDGET + 100L);
    }

    @Test
    void shouldLetALargeRecordTravelAlone() throws Exception {
        open(1);
        for (int i = 0; i < 5; i++) {
            writers.get(0).write("small", 0, 10);
        }
        writers.get(0).write("large", 0, BUDGET / 4 + 1);
        for (int i = 0; i < 7; i++) {
            writers.get(0).write("small", 0, 10);
        }
        writers.get(0).flush();

        assertThat(batches(readers.get(0))).containsExactly(5, 1, 7);
    }

    @Test
    void shouldHandALargeRecordOverAtOnceAndTakeNoMoreUntilItIsRead() throws Exception {
        open(1);
        OutputChannel writer = writers.get(0);
        writer.write("large", 0, 10 * BUDGET);

        assertThat(writer.isAvailable()).isFalse();
        assertThat(batches(readers.get(0))).containsExactly(1);
        assertThat(writer.isAvailable()).isTrue();
        assertThat(wakes.get(0).get()).isEqualTo(1);
    }

    @Test
    void shouldGoBackToFullBatchesBehindALargeRecord() throws Exception {
        GateBudget roomy = new GateBudget(16 << 20);
        LocalChannel channel = new LocalChannel("a -> b", MANY_CHUNKS, roomy, Visibility.ON_FLUSH);
        OutputChannel writer = channel.writer(() -> {});
        InputChannel reader = channel.reader(() -> {});
        for (int i = 0; i < 4 * LocalChannel.MAX_CHUNK; i++) {
            writer.write("small", 0, 10);
        }
        writer.write("large", 0, 5 << 20);
        for (int i = 0; i < LocalChannel.MAX_CHUNK; i++) {
            writer.write("small", 0, 10);
        }

        assertThat(batches(reader)).endsWith(1, LocalChannel.MAX_CHUNK);
    }

    @Test
    void shouldLetEachChannelThatHoldsNothingTakeSomethingWhateverTheOthersHold() {
        open(3);
        fill(writers.get(0), 100);

        assertThat(writers.get(0).isAvailable()).isFalse();
        assertThat(writers.get(1).isAvailable()).isTrue();
        writers.get(1).write("large", 0, BUDGET);
        assertThat(writers.get(1).isAvailable()).isFalse();
        assertThat(writers.get(2).isAvailable()).isTrue();
    }

    @Test
    void shouldWakeAWriterThatWaitsForRoomWhichAnotherChannelGivesBack() throws Exception {
        open(2);
        writers.get(1).write("first", 0, BUDGET / 4 + 1);
        fill(writers.get(0), 100);
        assertThat(writers.get(1).isAvailable()).isFalse();

        batches(readers.get(0));

        assertThat(wakes.get(1).get()).isEqualTo(1);
        assertThat(writers.get(1).isAvailable()).isTrue();
    }

    @Test
    void shouldHaveAllOfItBackWhenAllIsRead() throws Exception {
        open(4);
        for (OutputChannel writer : writers) {
            fill(writer, 300);
            writer.writeEvent(new Watermark(1));
            writer.write("last", 0, BUDGET);
        }
        assertThat(budget.closedBytes()).isGreaterThan(4 * BUDGET);

        for (InputChannel reader : readers) {
            batches(reader);
        }

        assertThat(budget.closedBytes()).isZero();
    }

    @Test
    @Timeout(120)
    void shouldBoundWhatManyThreadsWriteAndMissNoWakeup() throws Exception {
        int channels = 5;
        int records = 100_000;
        Thread readerThread = Thread.currentThread();
        AtomicLong most = new AtomicLong();
        InputGate gate =
                new InputGate(
                        channels,
                        () -> LockSupport.unpark(readerThread),
                        InputGate.Alignment.ALIGNED,
                        () -> 0,
                        InputGate.Overtakable.NEVER);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            LocalChannel channel = new LocalChannel("writer " + i, 8, budget, Visibility.ON_FLUSH);
            gate.attach(i, channel.reader(gate.wakeup(i)));
            SplittableRandom sizes = new SplittableRandom(i);
            Thread thread =
                    new Thread(
                            () -> {
                                Thread self = Thread.currentThread();
                                OutputChannel out = channel.writer(() -> LockSupport.unpark(self));
                                for (int record = 0; record < records; record++) {
                                    while (!out.isAvailable()) {
                                        out.flush();
                                        LockSupport.park();
                                    }
                                    boolean large = sizes.nextInt(1000) == 0;
                                    out.write(
                                            record, 0, large ? BUDGET / 3 : 1 + sizes.nextInt(400));
                                }
                                out.writeEvent(EndOfData.INSTANCE);
                                out.writeEvent(EndOfChannel.INSTANCE);
                            });
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        int read = 0;
        for (Object element = gate.poll();
                element != EndOfChannel.INSTANCE;
                element = gate.poll()) {
            most.accumulateAndGet(budget.closedBytes(), Math::max);
            if (element instanceof RecordBatch batch) {
                read += batch.size();
            } else if (element == null) {
                LockSupport.park();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(read).isEqualTo(channels * records);
        assertThat(budget.closedBytes()).isZero();
        assertThat(most.get()).isLessThan(BUDGET + channels * (BUDGET / 3L));
    }
}

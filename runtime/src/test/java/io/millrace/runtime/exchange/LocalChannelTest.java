package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.exchange.LocalChannel.Visibility;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalChannelTest {
    private final AtomicInteger readerWakes = new AtomicInteger();
    private final AtomicInteger writerWakes = new AtomicInteger();

    private record Ends(OutputChannel out, InputChannel in) {}

    private Ends open(int bound, Visibility visibility) {
        LocalChannel channel =
                new LocalChannel("a -> b", bound, new GateBudget(1 << 20), visibility);
        return new Ends(
                channel.writer(writerWakes::incrementAndGet),
                channel.reader(readerWakes::incrementAndGet));
    }

    @Test
    void shouldShowNothingOfAnOpenBatchUntilItIsFlushed() throws Exception {
        Ends ends = open(4, Visibility.ON_FLUSH);
        ends.out().write("a", 1, 100);

        assertThat(ends.in().poll()).isNull();
        ends.out().flush();

        assertThat(drain(ends.in())).containsExactly("a");
        assertThat(readerWakes.get()).isEqualTo(1);
    }

    @Test
    @Timeout(60)
    void shouldLetGoOfWhatWasRead() throws Exception {
        Ends ends = open(4, Visibility.ON_FLUSH);
        WeakReference<Object> first = writeSomething(ends.out());
        for (int i = 0; i < 4 * LocalChannel.MAX_CHUNK; i++) {
            ends.out().write("a", 1, 100);
        }
        ends.out().flush();
        assertThat(drain(ends.in())).hasSize(1 + 4 * LocalChannel.MAX_CHUNK);

        while (first.get() != null) {
            System.gc();
        }
    }

    private static WeakReference<Object> writeSomething(OutputChannel out) throws Exception {
        Object value = new Object();
        out.write(value, 1, 100);
        return new WeakReference<>(value);
    }

    @Test
    void shouldShowAnOpenBatchWhenAnotherThreadAsksForAFlush() throws Exception {
        Ends ends = open(4, Visibility.ON_FLUSH);
        ends.out().write("a", 1, 100);
        ends.out().requestFlush();

        assertThat(drain(ends.in())).containsExactly("a");
        ends.out().write("b", 1, 100);
        assertThat(ends.in().poll()).as("one request shows one batch").isNull();
    }

    @Test
    void shouldWakeTheReaderForEachRecordItWaitsForWhenVisibleAtOnce() throws Exception {
        Ends ends = open(4, Visibility.AT_ONCE);
        assertThat(ends.in().poll()).isNull();
        ends.out().write("a", 1, 100);

        assertThat(readerWakes.get()).isEqualTo(1);
        assertThat(drain(ends.in())).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(Visibility.class)
    void shouldKeepEventsInTheirPlaceAmongRecords(Visibility visibility) throws Exception {
        Ends ends = open(100, visibility);
        List<Object> written = new ArrayList<>();
        Random random = new Random(7);
        List<Object> read = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(50) == 0) {
                Watermark mark = new Watermark(i);
                ends.out().writeEvent(mark);
                written.add(mark);
            } else {
                ends.out().write(i, i, 100);
                written.add(i);
            }
            switch (random.nextInt(20)) {
                case 0 -> ends.out().flush();
                case 1 -> ends.out().requestFlush();
                case 2, 3 -> read.addAll(drain(ends.in()));
                default -> {}
            }
        }
        ends.out().writeEvent(EndOfChannel.INSTANCE);
        written.add(EndOfChannel.INSTANCE);
        read.addAll(drain(ends.in()));

        assertThat(read).isEqualTo(written);
        assertThat(ends.in().recordsRead()).isEqualTo(ends.out().recordsWritten());
    }

    @Test
    void shouldStopTheWriterAtItsBoundAndWakeItWhenTheReaderHasTakenSome() throws Exception {
        Ends ends = open(2, Visibility.ON_FLUSH);
        int written = 0;
        while (ends.out().isAvailable()) {
            ends.out().write(written++, 0, 100);
        }
        assertThat(written).isLessThanOrEqualTo(2 * LocalChannel.MAX_CHUNK);
        ends.out().write(written++, 0, 100); // the overdraft

        assertThat(writerWakes.get()).isZero();
        assertThat(((RecordBatch) ends.in().poll()).size()).isPositive();
        assertThat(writerWakes.get()).isEqualTo(1);
        assertThat(ends.out().isAvailable()).isTrue();
    }

    @Test
    void shouldBecomeAvailableAgainWithABoundOfOneBatch() throws Exception {
        Ends ends = open(1, Visibility.ON_FLUSH);
        int written = 0;
        for (int round = 0; round < 50; round++) {
            while (ends.out().isAvailable()) {
                ends.out().write(written++, 0, 100);
            }
            assertThat(drain(ends.in())).isNotEmpty();
        }
    }

    @Test
    void shouldFailTheReaderAfterTheLastRecordWhenTheWriterEndsWithoutEndOfChannel()
            throws Exception {
        Ends ends = open(4, Visibility.ON_FLUSH);
        ends.out().write("a", 1, 100);
        ends.out().flush();
        ends.out().close();

        assertThat(((RecordBatch) ends.in().poll()).size()).isEqualTo(1);
        assertThatThrownBy(() -> ends.in().poll())
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining("a -> b");
    }

    @Test
    void shouldDeliverAllOfAWriterThatEndedAndWasClosed() throws Exception {
        Ends ends = open(4, Visibility.ON_FLUSH);
        ends.out().write("a", 1, 100);
        ends.out().writeEvent(EndOfChannel.INSTANCE);
        ends.out().close();

        assertThat(drain(ends.in())).containsExactly("a", EndOfChannel.INSTANCE);
    }

    @Test
    void shouldDropWhatIsWrittenForAReaderThatLeft() {
        Ends ends = open(1, Visibility.ON_FLUSH);
        ends.in().close();
        for (int i = 0; i < 10_000; i++) {
            ends.out().write(i, 0, 100);
        }

        assertThat(ends.out().isAvailable()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Visibility.class)
    @Timeout(60)
    void shouldLoseNothingAndMissNoWakeupBetweenTwoThreads(Visibility visibility) throws Exception {
        int records = 2_000_000;
        LocalChannel channel = new LocalChannel("a -> b", 2, new GateBudget(1 << 20), visibility);
        Thread readerThread = Thread.currentThread();
        InputChannel in = channel.reader(() -> LockSupport.unpark(readerThread));
        Thread writerThread =
                new Thread(
                        () -> {
                            Thread self = Thread.currentThread();
                            OutputChannel out = channel.writer(() -> LockSupport.unpark(self));
                            for (int i = 0; i < records; i++) {
                                while (!out.isAvailable()) {
                                    out.flush();
                                    LockSupport.park();
                                }
                                out.write(i, i, 100);
                            }
                            out.writeEvent(EndOfChannel.INSTANCE);
                        });
        writerThread.start();
        int next = 0;
        while (true) {
            Object element = in.poll();
            if (element == null) {
                LockSupport.park();
            } else if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    if (batch.timestamps[i] != next) {
                        throw new AssertionError(
                                "timestamp " + batch.timestamps[i] + " of record " + next);
                    }
                    if ((int) batch.values[i] != next++) {
                        throw new AssertionError("got " + batch.values[i] + " after " + (next - 2));
                    }
                }
            } else {
                break;
            }
        }
        writerThread.join();
        assertThat(next).isEqualTo(records);
    }

    private static List<Object> drain(InputChannel in) throws ExchangeException {
        List<Object> all = new ArrayList<>();
        for (Object element = in.poll(); element != null; element = in.poll()) {
            if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    all.add(batch.values[i]);
                }
            } else {
                all.add(element);
                if (element instanceof EndOfChannel) {
                    break;
                }
            }
        }
        return all;
    }
}

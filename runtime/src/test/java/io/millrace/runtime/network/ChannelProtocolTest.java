package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelProtocolTest {
    private static final int SEGMENT = 256;
    private static final Secret SECRET = Secret.random();
    private final InMemoryNetwork network = new InMemoryNetwork(4);
    private final Random random = new Random(7);

    private static AttemptId attempt(int vertex, int subtask) {
        return new AttemptId("a".repeat(32), vertex, subtask, 1, 1);
    }

    private static ChannelId channel(int writer, int reader) {
        return new ChannelId(attempt(0, writer), 0, attempt(1, reader));
    }

    private static DataNetworkSettings settings(String worker) {
        return DataNetworkSettings.defaults(worker, worker, "app", SECRET)
                .withTimeouts(1_000, 2_000, 5_000);
    }

    private void settle() {
        settle(random);
    }

    private void settle(Random order) {
        while (network.step(order)) {
            // until nothing can be done without time passing
        }
    }

    private OutputChannel output(Channels at, ChannelId id, String reader) {
        return at.openOutput(id, InMemoryNetwork.address(reader), Item.SERIALIZER, () -> {});
    }

    private InputChannel input(Channels at, ChannelId id, String writer) {
        return at.openInput(id, InMemoryNetwork.address(writer), Item.SERIALIZER, () -> {});
    }

    private static List<Object> drain(InputChannel input) throws ExchangeException {
        List<Object> all = new ArrayList<>();
        for (Object next = input.poll(); next != null; next = input.poll()) {
            if (next instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    all.add(batch.values[i]);
                    if (batch.timestamps[i] != RecordBatch.NO_TIMESTAMP) {
                        all.add(batch.timestamps[i]);
                    }
                }
            } else {
                all.add(next);
            }
        }
        return all;
    }

    @Test
    void shouldKeepOrderOfRecordsAndEventsWhicheverEndComesFirst() throws Exception {
        for (boolean readerFirst : new boolean[] {true, false}) {
            InMemoryNetwork fresh = new InMemoryNetwork(4);
            NetworkBufferPool pool1 = new NetworkBufferPool(20, SEGMENT);
            NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
            // the reader's id sorts first once and last once, so that each end dials once
            Channels w1 = fresh.join(settings(readerFirst ? "b" : "a"), pool1);
            Channels w2 = fresh.join(settings(readerFirst ? "a" : "b"), pool2);
            ChannelId id = channel(0, 0);
            OutputChannel out = null;
            InputChannel in = null;
            for (int i = 0; i < 2; i++) {
                if (i == 0 == readerFirst) {
                    in = input(w2, id, readerFirst ? "b" : "a");
                } else {
                    out = output(w1, id, readerFirst ? "a" : "b");
                }
                fresh.advance(100);
                while (fresh.step(random)) {}
            }
            out.write(new Item(1, 0), 77, 0);
            out.write(new Item(2, 3), RecordBatch.NO_TIMESTAMP, 0);
            out.writeEvent(new Watermark(77));
            out.write(new Item(3, 1000), -1, 0);
            out.writeEvent(Status.IDLE);
            out.writeEvent(Status.ACTIVE);
            out.writeEvent(new Barrier(5, 2, 7));
            out.writeEvent(EndOfChannel.INSTANCE);
            List<Object> got = new ArrayList<>();
            while (fresh.step(random)) {
                got.addAll(drain(in));
            }
            assertThat(got)
                    .containsExactly(
                            new Item(1, 0),
                            77L,
                            new Item(2, 3),
                            new Watermark(77),
                            new Item(3, 1000),
                            -1L,
                            Status.IDLE,
                            Status.ACTIVE,
                            new Barrier(5, 2, 7),
                            EndOfChannel.INSTANCE);
            assertThat(in.recordsRead()).isEqualTo(3);
            assertThat(in.bytesRead()).isEqualTo(out.bytesWritten());
            w1.release(id.writer());
            w2.release(id.reader());
            pool1.close();
            pool2.close();
        }
    }

    @Test
    void shouldPassRecordsOfTenSegmentsWhenOneIsExclusiveAndNoneFloats() throws Exception {
        NetworkBufferPool pool1 = new NetworkBufferPool(2, SEGMENT);
        NetworkBufferPool pool2 = new NetworkBufferPool(1, SEGMENT);
        Channels w1 = network.join(settings("a").withSegments(1, 0, 10), pool1);
        Channels w2 = network.join(settings("b").withSegments(1, 0, 10), pool2);
        OutputChannel out = output(w1, channel(0, 0), "b");
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        out.write(new Item(1, 10 * SEGMENT), 1, 0);
        out.writeEvent(new Barrier(1, 1, 7));
        out.write(new Item(2, 10 * SEGMENT), 2, 0);
        out.writeEvent(EndOfChannel.INSTANCE);
        List<Object> got = new ArrayList<>();
        while (network.step(random)) {
            got.addAll(drain(in));
        }
        assertThat(got)
                .containsExactly(
                        new Item(1, 10 * SEGMENT),
                        1L,
                        new Barrier(1, 1, 7),
                        new Item(2, 10 * SEGMENT),
                        2L,
                        EndOfChannel.INSTANCE);
        out.close();
        in.close();
        pool1.close();
        pool2.close();
    }

    @Test
    void shouldDeliverEventsWhenReaderHasNoCreditLeft() throws Exception {
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(20, SEGMENT));
        Channels w2 =
                network.join(
                        settings("b").withSegments(1, 0, 10), new NetworkBufferPool(1, SEGMENT));
        OutputChannel out = output(w1, channel(0, 0), "b");
        RemoteInputChannel in = (RemoteInputChannel) input(w2, channel(0, 0), "a");
        network.advance(10);
        out.write(new Item(1, SEGMENT), 1, 0);
        settle();
        // the one credit is used by the first part; the rest and the event wait behind it
        assertThat(in.queuedSegments()).isEqualTo(1);
        out.writeEvent(new Watermark(1));
        settle();
        assertThat(drain(in)).isEmpty();
        settle();
        assertThat(drain(in)).containsExactly(new Item(1, SEGMENT), 1L, new Watermark(1));
        // now the writer has one credit again; without using it up, events come at once
        out.write(new Item(2, 1), 2, 0);
        out.flush();
        settle();
        out.writeEvent(new Barrier(1, 1, 7));
        out.writeEvent(new Watermark(2));
        settle();
        assertThat(drain(in))
                .containsExactly(new Item(2, 1), 2L, new Barrier(1, 1, 7), new Watermark(2));
    }

    @Test
    void shouldLendFloatingSegmentsByBacklogAndTakeThemBackWhenTheyWereRead() throws Exception {
        NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(40, SEGMENT));
        Channels w2 = network.join(settings("b").withSegments(1, 4, 10), pool2);
        OutputChannel first = output(w1, channel(0, 0), "b");
        OutputChannel second = output(w1, channel(1, 0), "b");
        RemoteInputChannel asleep = (RemoteInputChannel) input(w2, channel(0, 0), "a");
        RemoteInputChannel awake = (RemoteInputChannel) input(w2, channel(1, 0), "a");
        network.advance(10);
        settle();
        first.write(new Item(1, 8 * SEGMENT), 1, 0);
        settle();
        // its own, and all that float, because so many wait; then no more
        assertThat(asleep.queuedSegments()).isEqualTo(5);
        second.write(new Item(2, 8 * SEGMENT), 2, 0);
        second.writeEvent(EndOfChannel.INSTANCE);
        settle();
        assertThat(awake.queuedSegments()).isEqualTo(1);
        List<Object> got = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            got.addAll(drain(awake));
            settle();
        }
        assertThat(got).containsExactly(new Item(2, 8 * SEGMENT), 2L, EndOfChannel.INSTANCE);
        first.writeEvent(EndOfChannel.INSTANCE);
        got.clear();
        for (int i = 0; i < 3; i++) {
            got.addAll(drain(asleep));
            settle();
        }
        assertThat(got).containsExactly(new Item(1, 8 * SEGMENT), 1L, EndOfChannel.INSTANCE);
        assertThat(asleep.gate.pool.outstandingSegments()).isZero();
        pool2.close();
    }

    @Test
    void shouldShowOpenSegmentWhenFlushIsRequestedFromOutside() throws Exception {
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(20, SEGMENT));
        Channels w2 = network.join(settings("b"), new NetworkBufferPool(20, SEGMENT));
        OutputChannel out = output(w1, channel(0, 0), "b");
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        settle();
        List<Object> got = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            out.write(new Item(i, i % 20), 5, 0);
            settle();
            assertThat(drain(in)).hasSize(0);
            Thread flusher = new Thread(out::requestFlush);
            flusher.start();
            flusher.join();
            settle();
            got.addAll(drain(in));
            settle();
            assertThat(got).hasSize(2 * (i + 1));
        }
        assertThat(((RemoteOutputChannel) out).queuedSegments()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldKeepLastWatermarkOnlyWhenNothingIsBetween() throws Exception {
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(20, SEGMENT));
        Channels w2 = network.join(settings("b"), new NetworkBufferPool(20, SEGMENT));
        OutputChannel out = output(w1, channel(0, 0), "b");
        for (int i = 0; i < 1000; i++) {
            out.writeEvent(new Watermark(i));
        }
        out.writeEvent(EndOfChannel.INSTANCE);
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        settle();
        assertThat(drain(in)).containsExactly(new Watermark(999), EndOfChannel.INSTANCE);
    }

    @Test
    void shouldDeliverRestWhenWriterIsReleasedAfterItsEndBeforeReaderComes() throws Exception {
        NetworkBufferPool pool1 = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), pool1);
        Channels w2 = network.join(settings("b"), new NetworkBufferPool(20, SEGMENT));
        OutputChannel out = output(w1, channel(0, 0), "b");
        out.write(new Item(1, 2 * SEGMENT), 1, 0);
        out.writeEvent(EndOfChannel.INSTANCE);
        out.close();
        w1.release(attempt(0, 0));
        assertThat(pool1.localPools()).isZero();
        network.advance(1_500);
        settle();
        InputChannel in = input(w2, channel(0, 0), "a");
        List<Object> got = new ArrayList<>();
        while (network.step(random)) {
            got.addAll(drain(in));
        }
        assertThat(got).containsExactly(new Item(1, 2 * SEGMENT), 1L, EndOfChannel.INSTANCE);
        pool1.close();
    }

    @Test
    void shouldDeliverRestHoweverSlowTheReaderIsThatHasCome() throws Exception {
        NetworkBufferPool pool1 = new NetworkBufferPool(40, SEGMENT);
        Channels w1 = network.join(settings("a"), pool1);
        Channels w2 = network.join(settings("b"), new NetworkBufferPool(40, SEGMENT));
        InputChannel in = input(w2, channel(0, 0), "a");
        OutputChannel out = output(w1, channel(0, 0), "b");
        network.advance(10);
        settle();
        List<Object> written = new ArrayList<>();
        for (int i = 0; i < 30; i++) { // more than the reader has credit for
            out.write(new Item(i, SEGMENT), RecordBatch.NO_TIMESTAMP, 0);
            written.add(new Item(i, SEGMENT));
        }
        out.writeEvent(EndOfChannel.INSTANCE);
        written.add(EndOfChannel.INSTANCE);
        out.close();
        w1.release(attempt(0, 0));
        settle();
        network.advance(60_000); // far beyond the time that a reader has to come
        List<Object> got = new ArrayList<>(drain(in));
        while (network.step(random)) {
            got.addAll(drain(in));
        }
        assertThat(got).isEqualTo(written);
        pool1.close();
    }

    @Test
    void shouldGiveLingeringRestUpWhenReaderNeverComesOrNewerAttemptDoes() {
        NetworkBufferPool pool = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), pool);
        OutputChannel out = output(w1, channel(0, 0), "b");
        out.write(new Item(1, SEGMENT), 1, 0);
        out.writeEvent(EndOfChannel.INSTANCE);
        out.close();
        assertThat(((RemoteChannels) w1).openChannels()).isEqualTo(1);
        network.advance(5_000);
        assertThat(((RemoteChannels) w1).openChannels()).isZero();

        OutputChannel first = output(w1, channel(1, 0), "b");
        first.write(new Item(1, SEGMENT), 1, 0);
        first.writeEvent(EndOfChannel.INSTANCE);
        first.close();
        AttemptId newer = new AttemptId("a".repeat(32), 0, 1, 1, 2);
        OutputChannel second = output(w1, new ChannelId(newer, 0, attempt(1, 0)), "b");
        assertThat(((RemoteChannels) w1).openChannels()).isEqualTo(1);
        second.close();
        pool.close();
    }

    @Test
    void shouldTellReaderWhenWriterIsReleasedBeforeItsEnd() {
        NetworkBufferPool pool1 = new NetworkBufferPool(20, SEGMENT);
        NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), pool1);
        Channels w2 = network.join(settings("b"), pool2);
        OutputChannel out = output(w1, channel(0, 0), "b");
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        settle();
        out.write(new Item(1, 5 * SEGMENT), 1, 0);
        w1.release(attempt(0, 0));
        settle();
        assertThatThrownBy(() -> drain(in))
                .isInstanceOf(ExchangeException.class)
                .hasMessage(
                        "Channel v0[0]#1.1 -> v1[0]#1.1 (edge 0) from worker a: writer v0[0]#1.1"
                                + " failed or was canceled");
        // and a reader that comes later hears it too
        InputChannel late = input(w2, channel(0, 1), "a");
        settle();
        assertThatThrownBy(late::poll).hasMessageContaining("writer v0[0]#1.1 is gone");
        in.close();
        late.close();
        settle();
        assertThatThrownBy(() -> out.write(new Item(2, 1), 1, 0))
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("released");
        pool1.close();
        pool2.close();
    }

    @Test
    void shouldThrowAwayWhatIsWrittenWhenReaderStopped() {
        NetworkBufferPool pool1 = new NetworkBufferPool(4, SEGMENT);
        NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), pool1);
        Channels w2 = network.join(settings("b"), pool2);
        int[] wakes = new int[1];
        OutputChannel out =
                w1.openOutput(
                        channel(0, 0),
                        InMemoryNetwork.address("b"),
                        Item.SERIALIZER,
                        () -> wakes[0]++);
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        settle();
        while (out.isAvailable()) {
            out.write(new Item(1, 100), 1, 0);
            settle();
        }
        in.close();
        settle();
        assertThat(wakes[0]).isPositive();
        for (int i = 0; i < 1000; i++) {
            assertThat(out.isAvailable()).isTrue();
            out.write(new Item(1, 100), 1, 0);
        }
        out.writeEvent(EndOfChannel.INSTANCE);
        out.close();
        settle();
        pool1.close();
        pool2.close();
        assertThat(((RemoteChannels) w1).openChannels()).isZero();
        assertThat(((RemoteChannels) w2).openChannels()).isZero();
    }

    @Test
    void shouldRefuseStrangerWhenChannelIsMeantForAnotherWorker() {
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(20, SEGMENT));
        Channels w2 = network.join(settings("b"), new NetworkBufferPool(20, SEGMENT));
        Channels w3 = network.join(settings("c"), new NetworkBufferPool(20, SEGMENT));
        output(w1, channel(0, 0), "b");
        output(w1, channel(0, 7), "c"); // so that there is a connection
        InputChannel stranger = input(w3, channel(0, 0), "a");
        InputChannel otherAttempt =
                input(
                        w2,
                        new ChannelId(attempt(0, 0), 0, new AttemptId("a".repeat(32), 1, 0, 1, 2)),
                        "a");
        network.advance(10);
        settle();
        assertThatThrownBy(stranger::poll).hasMessageContaining("it is meant for worker b");
        network.advance(3_000);
        settle();
        assertThatThrownBy(otherAttempt::poll)
                .hasMessageContaining("its writer did not start within 2000 ms");
    }

    @Test
    void shouldFailReaderWhenItsWorkerCannotBeReached() {
        Channels w1 = network.join(settings("a"), new NetworkBufferPool(20, SEGMENT));
        Channels w2 = network.join(settings("c"), new NetworkBufferPool(20, SEGMENT));
        InputChannel dials = input(w1, channel(0, 0), "b");
        InputChannel waits = input(w2, channel(0, 1), "b");
        OutputChannel out = output(w1, channel(5, 5), "b");
        network.advance(10_000);
        settle();
        assertThatThrownBy(dials::poll)
                .hasMessageContaining("no connection between workers a and b: there is no such");
        assertThatThrownBy(waits::poll)
                .hasMessageContaining(
                        "no connection between workers c and b: it did not connect within 2000 ms");
        assertThat(out.isAvailable()).isTrue();
        assertThatThrownBy(() -> out.write(new Item(1, 1), 1, 0))
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("no connection between workers a and b");
    }

    @Test
    void shouldBreakBothEndsAndConnectAnewWhenConnectionBreaks() throws Exception {
        NetworkBufferPool pool1 = new NetworkBufferPool(20, SEGMENT);
        NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
        Channels w1 = network.join(settings("a"), pool1);
        Channels w2 = network.join(settings("b"), pool2);
        OutputChannel out = output(w1, channel(0, 0), "b");
        InputChannel in = input(w2, channel(0, 0), "a");
        network.advance(10);
        settle();
        out.write(new Item(1, 3 * SEGMENT), 1, 0);
        network.step(random);
        network.disconnect("a", "b", "cable cut");
        settle();
        assertThatThrownBy(in::poll)
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining("connection between workers b and a: cable cut");
        assertThatThrownBy(() -> out.write(new Item(2, 0), 1, 0))
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("connection between workers a and b: cable cut");
        out.close();
        in.close();
        OutputChannel again = output(w1, channel(1, 1), "b");
        InputChannel reads = input(w2, channel(1, 1), "a");
        network.advance(10);
        again.write(new Item(4, 4), 4, 0);
        again.writeEvent(EndOfChannel.INSTANCE);
        settle();
        assertThat(drain(reads)).containsExactly(new Item(4, 4), 4L, EndOfChannel.INSTANCE);
        again.close();
        reads.close();
        pool1.close();
        pool2.close();
    }

    @Test
    void shouldNameChannelWhenLengthsAreDamaged() throws Exception {
        byte[][] damaged = {
            {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
            {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
            {2 << 1, 1, 9, 9}
        };
        String[] says = {"a length of more than 31 bits", "the limit is 1000", "byte 0 of item 1"};
        for (int i = 0; i < damaged.length; i++) {
            RecordReader reader = new RecordReader(channel(0, 0), Item.SERIALIZER, 1000);
            reader.append(segment(damaged[i]), damaged[i].length);
            assertThatThrownBy(reader::next)
                    .isInstanceOf(ExchangeException.class)
                    .hasMessageContaining("v0[0]#1.1 -> v1[0]#1.1")
                    .hasMessageContaining(says[i]);
        }
        RecordReader half = new RecordReader(channel(0, 0), Item.SERIALIZER, 1000);
        half.append(segment(new byte[] {100, 1, 2}), 3);
        assertThat(half.next()).isNull();
        assertThatThrownBy(() -> half.checkWhole(new Watermark(1)))
                .hasMessageContaining("came within a record, of which 3 bytes are there");
    }

    private static io.millrace.runtime.memory.NetworkSegment segment(byte[] bytes) {
        NetworkBufferPool pool = new NetworkBufferPool(1, 64);
        var segment = pool.createPool("test", 1, 1, () -> {}).request();
        segment.put(0, bytes, 0, bytes.length);
        return segment;
    }

    /** One writer or reader of the random runs below. */
    private static final class Writer {
        OutputChannel[] outs;
        int written;
        boolean awake = true;
        boolean done;
    }

    private static final class Reader {
        InputChannel[] ins;
        int[] next;
        boolean[] blocked;
        boolean[] ended;
        boolean[] woken;
        long aligned;
    }

    /**
     * Two writers on one worker, two readers on another and one back, with barriers that readers
     * align, tight pools and sizes of all kinds. Ends act only when they were woken, so a wake-up
     * that is missing shows as a standstill.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void shouldLoseNothingInAnyOrderOfThings(int group) throws Exception {
        for (int i = 0; i < 30; i++) {
            long seed = group * 1_000L + i;
            try {
                randomRun(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void randomRun(long seed) throws Exception {
        Random order = new Random(seed);
        int exclusive = 1 + order.nextInt(2);
        int floating = order.nextInt(3);
        int writers = 2;
        int readers = 2;
        int maxQueued = 1 + order.nextInt(5);
        InMemoryNetwork net = new InMemoryNetwork(1 + order.nextInt(5));
        int need =
                writers * (readers + 1) + readers * (exclusive * writers + Math.min(1, floating));
        NetworkBufferPool pool1 = new NetworkBufferPool(need + order.nextInt(12), SEGMENT);
        NetworkBufferPool pool2 = new NetworkBufferPool(need + order.nextInt(12), SEGMENT);
        RemoteChannels w1 =
                (RemoteChannels)
                        net.join(settings("a").withSegments(exclusive, floating, maxQueued), pool1);
        RemoteChannels w2 =
                (RemoteChannels)
                        net.join(settings("b").withSegments(exclusive, floating, maxQueued), pool2);
        boolean back = order.nextBoolean();
        RemoteChannels writing = back ? w2 : w1;
        RemoteChannels reading = back ? w1 : w2;
        int records = 20 + order.nextInt(150);
        Writer[] all = new Writer[writers];
        Reader[] each = new Reader[readers];
        for (int w = 0; w < writers; w++) {
            Writer writer = all[w] = new Writer();
            writer.outs = new OutputChannel[readers];
        }
        List<Runnable> opening = new ArrayList<>();
        for (int r = 0; r < readers; r++) {
            Reader reader = each[r] = new Reader();
            reader.ins = new InputChannel[writers];
            reader.next = new int[writers];
            reader.blocked = new boolean[writers];
            reader.ended = new boolean[writers];
            reader.woken = new boolean[] {true, true};
            int to = r;
            for (int w = 0; w < writers; w++) {
                int from = w;
                opening.add(
                        () ->
                                all[from].outs[to] =
                                        writing.openOutput(
                                                channel(from, to),
                                                InMemoryNetwork.address(back ? "a" : "b"),
                                                Item.SERIALIZER,
                                                () -> all[from].awake = true));
                opening.add(
                        () ->
                                reader.ins[from] =
                                        reading.openInput(
                                                channel(from, to),
                                                InMemoryNetwork.address(back ? "b" : "a"),
                                                Item.SERIALIZER,
                                                () -> reader.woken[from] = true));
            }
        }
        java.util.Collections.shuffle(opening, order);
        for (Runnable open : opening) {
            open.run();
            net.advance(order.nextInt(3));
            for (int i = order.nextInt(4); i > 0; i--) {
                net.step(order);
            }
        }
        net.advance(5);
        int idle = 0;
        while (idle < 200) {
            boolean did = false;
            int what = order.nextInt(10);
            if (what < 3) {
                Writer writer = all[order.nextInt(writers)];
                did = act(writer, records, order);
                for (OutputChannel out : writer.outs) {
                    // full ones, the open one, and what the last record or event added
                    assertThat(((RemoteOutputChannel) out).queuedSegments())
                            .isLessThanOrEqualTo(maxQueued + 1 + 12);
                }
            } else if (what < 6) {
                did = act(each[order.nextInt(readers)], order);
            } else {
                did = net.step(order);
            }
            idle = did ? 0 : idle + 1;
        }
        for (Reader reader : each) {
            for (int w = 0; w < writers; w++) {
                assertThat(reader.ended[w]).as("stands still: %s%n%s", net, reader.ins[w]).isTrue();
                assertThat(reader.next[w]).isEqualTo(records);
            }
        }
        for (Writer writer : all) {
            for (OutputChannel out : writer.outs) {
                out.close();
            }
        }
        for (Reader reader : each) {
            for (InputChannel in : reader.ins) {
                in.close();
            }
        }
        while (net.step(order)) {}
        assertThat(w1.openChannels() + w2.openChannels()).isZero();
        pool1.close();
        pool2.close();
        assertThat(pool1.freeSegments()).isEqualTo(pool1.totalSegments());
        assertThat(pool2.freeSegments()).isEqualTo(pool2.totalSegments());
    }

    private static boolean act(Writer writer, int records, Random order) {
        if (writer.done || !writer.awake) {
            return false;
        }
        for (OutputChannel out : writer.outs) {
            if (!out.isAvailable()) {
                // as a subtask: what waits in open segments leaves before it sleeps
                for (OutputChannel each : writer.outs) {
                    each.flush();
                }
                writer.awake = false;
                return true;
            }
        }
        if (writer.written == records) {
            for (OutputChannel out : writer.outs) {
                out.writeEvent(EndOfChannel.INSTANCE);
            }
            writer.done = true;
            return true;
        }
        int size =
                switch (order.nextInt(20)) {
                    case 0 -> 10 * SEGMENT;
                    case 1, 2 -> order.nextInt(2 * SEGMENT);
                    default -> order.nextInt(30);
                };
        for (OutputChannel out : writer.outs) {
            out.write(new Item(writer.written, size), writer.written, 0);
        }
        writer.written++;
        if (writer.written % 17 == 0) {
            for (OutputChannel out : writer.outs) {
                out.writeEvent(new Barrier(writer.written / 17, 1, 7));
            }
        }
        if (order.nextInt(10) == 0) {
            writer.outs[order.nextInt(writer.outs.length)].requestFlush();
        }
        return true;
    }

    private static boolean act(Reader reader, Random order) throws ExchangeException {
        int w = order.nextInt(reader.ins.length);
        if (!reader.woken[w] || reader.blocked[w] || reader.ended[w]) {
            return false;
        }
        reader.woken[w] = false;
        Object next = reader.ins[w].poll();
        if (next == null) {
            return true;
        }
        reader.woken[w] = true;
        if (next instanceof RecordBatch batch) {
            for (int i = batch.from; i < batch.to; i++) {
                assertThat(((Item) batch.values[i]).number()).isEqualTo(reader.next[w]);
                assertThat(batch.timestamps[i]).isEqualTo(reader.next[w]);
                reader.next[w]++;
            }
        } else if (next instanceof Barrier barrier) {
            assertThat(reader.next[w]).isEqualTo((int) barrier.checkpointId() * 17);
            assertThat(barrier.checkpointId()).isEqualTo(reader.aligned + 1);
            reader.blocked[w] = true;
            if (reader.blocked[0] && reader.blocked[1]) {
                reader.aligned++;
                reader.blocked[0] = false;
                reader.blocked[1] = false;
            }
        } else if (next instanceof EndOfChannel) {
            reader.ended[w] = true;
        }
        return true;
    }
}

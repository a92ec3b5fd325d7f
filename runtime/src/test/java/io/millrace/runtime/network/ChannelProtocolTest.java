package io.millrace.runtime.network;

import static io.millrace.runtime.network.TestChannels.SEGMENT;
import static io.millrace.runtime.network.TestChannels.channel;
import static io.millrace.runtime.network.TestChannels.drain;
import static io.millrace.runtime.network.TestChannels.input;
import static io.millrace.runtime.network.TestChannels.output;
import static io.millrace.runtime.network.TestChannels.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes through a channel, in which order and with how many buffers. */
class ChannelProtocolTest {
    private final InMemoryNetwork network = new InMemoryNetwork(4);
    private final Random random = new Random(7);

    private void settle() {
        while (network.step(random)) {
            // until nothing can be done without time passing
        }
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
}

package io.millrace.runtime.network;

import static io.millrace.runtime.network.TestChannels.SEGMENT;
import static io.millrace.runtime.network.TestChannels.attempt;
import static io.millrace.runtime.network.TestChannels.channel;
import static io.millrace.runtime.network.TestChannels.drain;
import static io.millrace.runtime.network.TestChannels.input;
import static io.millrace.runtime.network.TestChannels.output;
import static io.millrace.runtime.network.TestChannels.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Channels whose ends are released, never come, are strangers or lose their connection. */
class ChannelEndsTest {
    private final InMemoryNetwork network = new InMemoryNetwork(4);
    private final Random random = new Random(7);

    private void settle() {
        while (network.step(random)) {
            // until nothing can be done without time passing
        }
    }

    /** Workers a and b, connected, and a channel from a to b. */
    private final class Pair {
        private final NetworkBufferPool pool1;
        private final NetworkBufferPool pool2 = new NetworkBufferPool(20, SEGMENT);
        final Channels w1;
        final Channels w2;
        final OutputChannel out;
        final InputChannel in;

        Pair(int buffersOfWriter, Wakeup wake) {
            pool1 = new NetworkBufferPool(buffersOfWriter, SEGMENT);
            w1 = network.join(settings("a"), pool1);
            w2 = network.join(settings("b"), pool2);
            out = w1.openOutput(channel(0, 0), InMemoryNetwork.address("b"), Item.SERIALIZER, wake);
            in = input(w2, channel(0, 0), "a");
            network.advance(10);
            settle();
        }

        /** Finds buffers that were not given back. */
        void close() {
            pool1.close();
            pool2.close();
        }
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
        Pair pair = new Pair(20, () -> {});
        pair.out.write(new Item(1, 5 * SEGMENT), 1, 0);
        pair.w1.release(attempt(0, 0));
        settle();
        assertThatThrownBy(() -> drain(pair.in))
                .isInstanceOf(ExchangeException.class)
                .hasMessage(
                        "Channel v0[0]#1.1 -> v1[0]#1.1 (edge 0) from worker a: writer v0[0]#1.1"
                                + " failed or was canceled");
        // and a reader that comes later hears it too
        InputChannel late = input(pair.w2, channel(0, 1), "a");
        settle();
        assertThatThrownBy(late::poll).hasMessageContaining("writer v0[0]#1.1 is gone");
        pair.in.close();
        late.close();
        settle();
        assertThatThrownBy(() -> pair.out.write(new Item(2, 1), 1, 0))
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("released");
        pair.close();
    }

    @Test
    void shouldThrowAwayWhatIsWrittenWhenReaderStopped() {
        int[] wakes = new int[1];
        Pair pair = new Pair(4, () -> wakes[0]++);
        while (pair.out.isAvailable()) {
            pair.out.write(new Item(1, 100), 1, 0);
            settle();
        }
        pair.in.close();
        settle();
        assertThat(wakes[0]).isPositive();
        for (int i = 0; i < 1000; i++) {
            assertThat(pair.out.isAvailable()).isTrue();
            pair.out.write(new Item(1, 100), 1, 0);
        }
        pair.out.writeEvent(EndOfChannel.INSTANCE);
        pair.out.close();
        settle();
        pair.close();
        assertThat(((RemoteChannels) pair.w1).openChannels()).isZero();
        assertThat(((RemoteChannels) pair.w2).openChannels()).isZero();
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
        Pair pair = new Pair(20, () -> {});
        pair.out.write(new Item(1, 3 * SEGMENT), 1, 0);
        network.step(random);
        network.disconnect("a", "b", "cable cut");
        settle();
        assertThatThrownBy(pair.in::poll)
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining("connection between workers b and a: cable cut");
        assertThatThrownBy(() -> pair.out.write(new Item(2, 0), 1, 0))
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("connection between workers a and b: cable cut");
        pair.out.close();
        pair.in.close();
        OutputChannel again = output(pair.w1, channel(1, 1), "b");
        InputChannel reads = input(pair.w2, channel(1, 1), "a");
        network.advance(10);
        again.write(new Item(4, 4), 4, 0);
        again.writeEvent(EndOfChannel.INSTANCE);
        settle();
        assertThat(drain(reads)).containsExactly(new Item(4, 4), 4L, EndOfChannel.INSTANCE);
        again.close();
        reads.close();
        pair.close();
    }
}

package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.exchange.BarrierOrder;
import io.millrace.runtime.exchange.ChannelContent;
import io.millrace.runtime.exchange.ChannelContents;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.GateBudget;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.InputGate.OvertakingBarrier;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A barrier that overtakes, on both kinds of channels, wherever the records before it are. */
class OvertakingChannelTest {
    private static final int SEGMENT = 256;
    private static final int SEEDS = 300;
    private static final Secret SECRET = Secret.random();

    private enum Kind {
        LOCAL,
        REMOTE
    }

    /** A channel, what was written to it, and what came out of it. */
    private static final class Pipe {
        final Random random;
        final InMemoryNetwork network = new InMemoryNetwork(2);
        final OutputChannel out;
        final InputChannel in;
        final List<Object> written = new ArrayList<>();
        final List<Object> read = new ArrayList<>();
        final List<Barrier> overtakingReceived = new ArrayList<>();
        int next;

        Pipe(Kind kind, Random random) {
            this.random = random;
            Wakeup reader =
                    new Wakeup() {
                        @Override
                        public void wake() {}

                        @Override
                        public void received(Barrier barrier, BarrierOrder order) {
                            if (order == BarrierOrder.OVERTAKING) {
                                overtakingReceived.add(barrier);
                            }
                        }
                    };
            ChannelId id =
                    new ChannelId(
                            new AttemptId("a".repeat(32), 0, 0, 1, 1),
                            0,
                            new AttemptId("a".repeat(32), 1, 0, 1, 1));
            if (kind == Kind.LOCAL) {
                LocalChannel channel =
                        new LocalChannel(
                                "a -> b",
                                2,
                                new GateBudget(1 << 16),
                                LocalChannel.Visibility.ON_FLUSH);
                out = channel.writer(() -> {});
                in = channel.reader(reader);
                return;
            }
            Channels writing = network.join(settings("a"), new NetworkBufferPool(16, SEGMENT));
            Channels reading = network.join(settings("b"), new NetworkBufferPool(16, SEGMENT));
            out = writing.openOutput(id, InMemoryNetwork.address("b"), Item.SERIALIZER, () -> {});
            in = reading.openInput(id, InMemoryNetwork.address("a"), Item.SERIALIZER, reader);
            network.advance(100);
        }

        private static DataNetworkSettings settings(String worker) {
            return DataNetworkSettings.defaults(worker, worker, "app", SECRET)
                    .withSegments(1, 0, 10);
        }

        void write(int bytes) {
            Item item = new Item(next++, bytes);
            written.add(item);
            out.write(item, item.hashCode(), bytes);
        }

        void watermark() {
            Watermark watermark = new Watermark(next);
            written.add(watermark);
            out.writeEvent(watermark);
        }

        /** Something happens on the network, or is read. */
        void step() throws ExchangeException {
            if (random.nextBoolean()) {
                network.step(random);
            } else {
                readSome();
            }
        }

        boolean readSome() throws ExchangeException {
            Object element = in.poll();
            if (element == null || element instanceof OvertakingBarrier) {
                return false;
            }
            if (element instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    assertThat(batch.timestamps[i]).isEqualTo(batch.values[i].hashCode());
                    read.add(batch.values[i]);
                }
            } else if (!(element instanceof Barrier)) {
                read.add(element);
            }
            return true;
        }

        /** Until all that was written was read, however little of it fits. */
        void readAll() throws ExchangeException {
            out.flush();
            boolean more = true;
            while (more) {
                boolean read = readSome(); // gives credit back, even if it brings nothing
                more = network.step(random) || read;
            }
        }

        /** Until the barrier has come to the reading end, of which nothing is read meanwhile. */
        void carryBarrier() {
            while (overtakingReceived.isEmpty()) {
                assertThat(network.step(random)).as("the barrier needs no credit").isTrue();
            }
        }
    }

    private static List<Object> without(Class<?> type, List<Object> all) {
        return all.stream().filter(element -> !type.isInstance(element)).toList();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepEachRecordOnceThatTheBarrierOvertakes(Kind kind) throws Exception {
        int halfSent = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Pipe pipe = new Pipe(kind, random);
            for (int i = random.nextInt(60); i > 0; i--) {
                switch (random.nextInt(8)) {
                    case 0 -> pipe.watermark();
                    case 1 -> pipe.write(10 * SEGMENT);
                    case 2 -> pipe.out.flush();
                    case 3, 4 -> pipe.step();
                    default -> pipe.write(random.nextInt(SEGMENT));
                }
            }
            Barrier barrier = new Barrier(1, 1, 7);
            pipe.out.writeEvent(barrier);
            for (int i = random.nextInt(4); i > 0; i--) {
                pipe.network.step(random);
            }
            boolean held = pipe.out.holds(barrier);
            ChannelContent unsent = new ChannelContent(Item.SERIALIZER);
            pipe.out.overtake(barrier, unsent);
            List<Object> before = List.copyOf(pipe.written);
            pipe.write(20);
            ChannelContent received = new ChannelContent(Item.SERIALIZER);
            if (held || kind == Kind.LOCAL) {
                pipe.carryBarrier();
                int readBefore = pipe.read.size();
                pipe.in.takeBarrier(1, received);
                List<Object> kept = new ArrayList<>(pipe.read.subList(0, readBefore));
                kept.addAll(ChannelContents.elements(received, Item.SERIALIZER));
                kept.addAll(ChannelContents.elements(unsent, Item.SERIALIZER));
                // of watermarks that wait next to each other the last one stands for all
                assertThat(without(Watermark.class, kept))
                        .as("seed %d", seed)
                        .isEqualTo(without(Watermark.class, before));
                halfSent += unsent.hasRecords() && received.hasRecords() ? 1 : 0;
            } else {
                assertThat(unsent.isEmpty()).as("seed %d", seed).isTrue();
            }
            pipe.readAll();
            assertThat(without(Watermark.class, pipe.read))
                    .as("seed %d", seed)
                    .isEqualTo(without(Watermark.class, pipe.written));
        }
        assertThat(halfSent)
                .as("seeds with records on both sides")
                .isGreaterThan(kind == Kind.LOCAL ? -1 : 20);
    }

    /** One segment is exclusive, none floats: the rest of the record cannot be sent before it. */
    @Test
    void shouldOvertakeARecordOfTenSegmentsThatIsSentInPart() throws Exception {
        Pipe pipe = new Pipe(Kind.REMOTE, new Random(1));
        pipe.write(10);
        pipe.write(10 * SEGMENT);
        pipe.write(11);
        while (pipe.network.step(pipe.random)) {
            // as far as the reader's one segment goes
        }
        Barrier barrier = new Barrier(1, 1, 7);
        pipe.out.writeEvent(barrier);
        assertThat(pipe.out.holds(barrier)).isTrue();

        ChannelContent unsent = new ChannelContent(Item.SERIALIZER);
        pipe.out.overtake(barrier, unsent);
        pipe.carryBarrier();
        ChannelContent received = new ChannelContent(Item.SERIALIZER);
        pipe.in.takeBarrier(1, received);

        assertThat(ChannelContents.elements(received, Item.SERIALIZER))
                .containsExactly(new Item(0, 10), new Item(1, 10 * SEGMENT));
        assertThat(ChannelContents.elements(unsent, Item.SERIALIZER))
                .containsExactly(new Item(2, 11));
        assertThat(pipe.out.holds(barrier)).isFalse();
        pipe.write(12);
        pipe.readAll();
        assertThat(pipe.read).isEqualTo(pipe.written);
    }

    @Test
    void shouldHoldABarrierUntilItIsSentInLine() throws Exception {
        Pipe pipe = new Pipe(Kind.REMOTE, new Random(1));
        pipe.write(3 * SEGMENT);
        Barrier barrier = new Barrier(1, 1, 7);
        pipe.out.writeEvent(barrier);
        assertThat(pipe.out.holds(barrier)).isTrue();

        pipe.readAll();

        assertThat(pipe.out.holds(barrier)).isFalse();
        ChannelContent unsent = new ChannelContent(Item.SERIALIZER);
        pipe.out.overtake(barrier, unsent);
        assertThat(unsent.isEmpty()).isTrue();
        assertThat(pipe.overtakingReceived).isEmpty();
    }
}

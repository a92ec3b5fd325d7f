package io.millrace.runtime.network;

import static io.millrace.runtime.network.TestChannels.SEGMENT;
import static io.millrace.runtime.network.TestChannels.channel;
import static io.millrace.runtime.network.TestChannels.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.memory.NetworkBufferPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many orders of all that can happen on channels, none of which may lose anything. */
class ChannelProtocolRandomTest {
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

package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.schedule.AttemptId;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkChannelsTest {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Secret SECRET = Secret.random();
    private final List<AutoCloseable> closing = new ArrayList<>();

    private record Worker(NetworkChannels channels, NetworkBufferPool pool) {}

    private static DataNetworkSettings settings(String id) {
        return DataNetworkSettings.defaults(id, LOOPBACK, "app", SECRET);
    }

    private Worker worker(DataNetworkSettings settings, int segments) {
        NetworkBufferPool pool = new NetworkBufferPool(segments, 32 * 1024);
        NetworkChannels channels = new NetworkChannels(settings, pool);
        closing.add(channels);
        return new Worker(channels, pool);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private static ChannelId channel(int writer, int reader) {
        return new ChannelId(
                new AttemptId("b".repeat(32), 0, writer, 1, 1),
                3,
                new AttemptId("b".repeat(32), 1, reader, 1, 1));
    }

    private static OutputChannel output(Worker at, Worker reader, ChannelId id, Bell bell) {
        return at.channels()
                .openOutput(id, reader.channels().address(), Item.SERIALIZER, bell::ring);
    }

    private static InputChannel input(Worker at, Worker writer, ChannelId id, Bell bell) {
        return at.channels()
                .openInput(id, writer.channels().address(), Item.SERIALIZER, bell::ring);
    }

    /** Waits where a subtask would. */
    private static final class Bell {
        private final Semaphore rung = new Semaphore(0);

        void ring() {
            rung.release();
        }

        void await(Object state) {
            try {
                if (!rung.tryAcquire(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("Nobody rang: " + state);
                }
                rung.drainPermits();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static CompletableFuture<Void> inThread(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                action.run();
                                done.complete(null);
                            } catch (Throwable e) {
                                done.completeExceptionally(e);
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void write(OutputChannel out, Bell bell, int records, int filler) {
        for (int i = 0; i < records; i++) {
            while (!out.isAvailable()) {
                bell.await(out);
            }
            out.write(new Item(i, filler), i, 0);
            if (i % 100_000 == 50_000) {
                out.writeEvent(new Barrier(i / 100_000 + 1, 1, 7));
            }
        }
        out.writeEvent(EndOfChannel.INSTANCE);
        out.close();
    }

    /** Reads to the end; returns the number of barriers. */
    private static int read(InputChannel in, Bell bell, int records, int pauseEvery)
            throws Exception {
        int next = 0;
        int barriers = 0;
        while (true) {
            Object item = in.poll();
            if (item == null) {
                bell.await(in);
            } else if (item instanceof RecordBatch batch) {
                for (int i = batch.from; i < batch.to; i++) {
                    if (((Item) batch.values[i]).number() != next || batch.timestamps[i] != next) {
                        throw new AssertionError(batch.values[i] + " instead of " + next);
                    }
                    next++;
                    if (pauseEvery > 0 && next % pauseEvery == 0) {
                        spin(200_000);
                    }
                }
            } else if (item instanceof Barrier barrier) {
                barriers++;
                assertThat(next - 1)
                        .isEqualTo((int) (barrier.checkpointId() - 1) * 100_000 + 50_000);
            } else if (item instanceof EndOfChannel) {
                break;
            }
        }
        assertThat(next).isEqualTo(records);
        in.close();
        return barriers;
    }

    private static void spin(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldCarryMillionRecordsToSlowReaderWithBoundedMemory() throws Exception {
        Worker w1 = worker(settings("w1"), 64);
        Worker w2 = worker(settings("w2"), 64);
        Bell writerBell = new Bell();
        Bell readerBell = new Bell();
        OutputChannel out = output(w1, w2, channel(0, 0), writerBell);
        InputChannel in = input(w2, w1, channel(0, 0), readerBell);
        AtomicInteger most = new AtomicInteger();
        CompletableFuture<Void> writing =
                inThread(
                        () -> {
                            for (int i = 0; i < 1_000_000; i++) {
                                while (!out.isAvailable()) {
                                    writerBell.await(out);
                                }
                                out.write(new Item(i, 10), i, 0);
                                if (i % 100_000 == 50_000) {
                                    out.writeEvent(new Barrier(i / 100_000 + 1, 1, 7));
                                }
                                most.accumulateAndGet(
                                        ((RemoteOutputChannel) out).queuedSegments(), Math::max);
                            }
                            out.writeEvent(EndOfChannel.INSTANCE);
                            out.close();
                        });
        assertThat(read(in, readerBell, 1_000_000, 10_000)).isEqualTo(10);
        writing.get(60, TimeUnit.SECONDS);
        assertThat(most.get()).isLessThanOrEqualTo(12);
        Await.until(
                "all segments are back",
                () -> w1.pool().freeSegments() == 64 && w2.pool().freeSegments() == 64,
                () -> w1 + " " + w2);
        assertThat(w1.channels().openChannels() + w2.channels().openChannels()).isZero();
        w1.pool().close();
        w2.pool().close();
    }

    @Test
    void shouldKeepChannelsApartWhenOneReaderSleeps() throws Exception {
        // sealed, both directions over one connection, and w2 is the one that reads and writes
        Worker w1 = worker(settings("w1").withAuthenticatedDataFrames(), 64);
        Worker w2 = worker(settings("w2"), 64);
        Bell sleepingBell = new Bell();
        OutputChannel stuck = output(w1, w2, channel(9, 9), sleepingBell);
        InputChannel asleep =
                w2.channels()
                        .openInput(
                                channel(9, 9), w1.channels().address(), Item.SERIALIZER, () -> {});
        Await.until(
                "the channel that nobody reads is full",
                () -> {
                    if (stuck.isAvailable()) {
                        stuck.write(new Item(1, 1000), 1, 0);
                    }
                    return !stuck.isAvailable();
                },
                () -> stuck);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Worker from = i % 2 == 0 ? w1 : w2;
            Worker to = i % 2 == 0 ? w2 : w1;
            ChannelId id = channel(i, i);
            Bell writerBell = new Bell();
            Bell readerBell = new Bell();
            all.add(
                    inThread(
                            () -> write(output(from, to, id, writerBell), writerBell, 20_000, 50)));
            all.add(inThread(() -> read(input(to, from, id, readerBell), readerBell, 20_000, 0)));
        }
        for (CompletableFuture<Void> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
        asleep.close();
        sleepingBell.await(stuck);
        assertThat(stuck.isAvailable()).isTrue();
    }

    @Test
    void shouldFailBothEndsWhenWorkerGoesAwayMidStream() throws Exception {
        Worker w1 = worker(settings("w1"), 64);
        Worker w2 = worker(settings("w2"), 64);
        Bell writerBell = new Bell();
        Bell readerBell = new Bell();
        OutputChannel out = output(w1, w2, channel(0, 0), writerBell);
        InputChannel in = input(w2, w1, channel(0, 0), readerBell);
        CompletableFuture<Void> writing =
                inThread(() -> write(out, writerBell, Integer.MAX_VALUE, 100));
        Object first = in.poll();
        while (first == null) {
            readerBell.await(in);
            first = in.poll();
        }
        w2.channels().close();
        assertThatThrownBy(() -> writing.get(60, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(ChannelBrokenException.class)
                .hasMessageContaining("connection between workers w1 and w2");
        out.close();
        assertThat(w1.channels().openChannels()).isZero();
        Await.until(
                "the segments are back",
                () -> w1.pool().freeSegments() == 64 && w2.pool().freeSegments() == 64,
                () -> w1.pool() + " " + w2.pool());
    }

    @Test
    void shouldLetWriterRunOnWhenReaderCancels() throws Exception {
        Worker w1 = worker(settings("w1"), 64);
        Worker w2 = worker(settings("w2"), 64);
        Bell writerBell = new Bell();
        Bell readerBell = new Bell();
        OutputChannel out = output(w1, w2, channel(0, 0), writerBell);
        InputChannel in = input(w2, w1, channel(0, 0), readerBell);
        CompletableFuture<Void> writing = inThread(() -> write(out, writerBell, 300_000, 100));
        Object first = in.poll();
        while (first == null) {
            readerBell.await(in);
            first = in.poll();
        }
        w2.channels().release(channel(0, 0).reader());
        writing.get(60, TimeUnit.SECONDS);
        Await.until(
                "the segments are back",
                () -> w1.pool().freeSegments() == 64 && w2.pool().freeSegments() == 64,
                () -> w1.pool() + " " + w2.pool());
    }

    @Test
    void shouldFailReaderWhenSecretOfOtherWorkerDiffers() {
        Worker w1 = worker(settings("w1"), 16);
        Worker w2 =
                worker(DataNetworkSettings.defaults("w2", LOOPBACK, "app", Secret.random()), 16);
        Bell bell = new Bell();
        InputChannel in = input(w1, w2, channel(0, 0), bell);
        bell.await(in);
        assertThatThrownBy(in::poll)
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining("does not fit the application's secret");
        Await.until("it was counted", () -> w2.channels().refusedConnections() == 1, w2::toString);
    }

    @Test
    void shouldCountAndCloseStrangersWhileChannelsGoOn() throws Exception {
        Worker w1 = worker(settings("w1"), 64);
        Worker w2 = worker(settings("w2"), 64);
        Bell writerBell = new Bell();
        Bell readerBell = new Bell();
        CompletableFuture<Void> writing =
                inThread(
                        () ->
                                write(
                                        output(w1, w2, channel(0, 0), writerBell),
                                        writerBell,
                                        100_000,
                                        10));
        Random random = new Random(5);
        for (int i = 0; i < 50; i++) {
            Worker at = i % 2 == 0 ? w1 : w2;
            try (Socket socket =
                    new Socket(
                            InetAddress.getByName(LOOPBACK), at.channels().address().dataPort())) {
                byte[] bytes = new byte[600];
                random.nextBytes(bytes);
                bytes[0] = (byte) (bytes[0] | 4); // a length over the limit
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
                socket.setSoTimeout(30_000);
                try {
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                } catch (java.net.SocketException e) {
                    // reset, because it closed before it had read all
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        }
        InputChannel in = input(w2, w1, channel(0, 0), readerBell);
        read(in, readerBell, 100_000, 0);
        writing.get(60, TimeUnit.SECONDS);
        assertThat(w1.channels().refusedConnections()).isEqualTo(25);
        assertThat(w2.channels().refusedConnections()).isEqualTo(25);
    }
}

package io.millrace.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLoopTest {

    private static EventLoop<Runnable> loop(int capacity) {
        return new EventLoop<>("loop", capacity, new SystemClock(), t -> {});
    }

    @Test
    void shouldHandleEventsOfEachThreadInTheirOrder() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch all = new CountDownLatch(2000);
        try (EventLoop<Runnable> loop = loop(16)) {
            loop.start(Runnable::run);
            List<Thread> threads = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                Thread thread =
                        new Thread(
                                () -> {
                                    for (int i = 0; i < 1000; i++) {
                                        String event = name + i;
                                        loop.put(
                                                () -> {
                                                    seen.add(event);
                                                    all.countDown();
                                                });
                                    }
                                });
                thread.start();
                threads.add(thread);
            }
            assertThat(all.await(30, TimeUnit.SECONDS)).as("all are handled").isTrue();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            expected.add("a" + i);
        }
        assertThat(seen).filteredOn(e -> e.startsWith("a")).isEqualTo(expected);
    }

    @Test
    void shouldTakeMoreOfItsOwnEventsThanTheQueueHolds() throws Exception {
        CountDownLatch own = new CountDownLatch(100);
        try (EventLoop<Runnable> loop = loop(1)) {
            loop.start(Runnable::run);
            loop.put(
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            loop.put(own::countDown);
                        }
                    });
            assertThat(own.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shouldHandleTimersInTheirOrderAndNotThoseThatAreCancelled() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch last = new CountDownLatch(1);
        try (EventLoop<Runnable> loop = loop(16)) {
            loop.start(Runnable::run);
            loop.put(
                    () -> {
                        loop.schedule(Duration.ofMillis(30), last::countDown);
                        loop.schedule(Duration.ofMillis(20), () -> seen.add("second"));
                        loop.schedule(Duration.ofMillis(10), () -> seen.add("first"));
                        loop.schedule(Duration.ofMillis(15), () -> seen.add("never")).cancel();
                    });
            assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(seen).containsExactly("first", "second");
    }

    @Test
    void shouldEndAndTellWhenItsOwnerThrows() throws Exception {
        CompletableFuture<Throwable> crash = new CompletableFuture<>();
        EventLoop<Runnable> loop = new EventLoop<>("loop", 1, new SystemClock(), crash::complete);
        loop.start(Runnable::run);
        loop.put(
                () -> {
                    throw new IllegalStateException("mistake");
                });

        assertThat(crash.get(30, TimeUnit.SECONDS)).hasMessage("mistake");
        for (int i = 0; i < 10; i++) {
            loop.put(() -> {}); // is dropped, does not wait
        }
        loop.close();
        loop.close();
    }
}

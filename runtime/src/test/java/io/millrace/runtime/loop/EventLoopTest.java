package io.millrace.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
    void shouldDropEachEventOnceThatIsNotHandledWhenItIsClosed() throws Exception {
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        List<String> dropped = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch begun = new CountDownLatch(1);
        EventLoop<String> loop =
                new EventLoop<>("loop", 1000, new SystemClock(), t -> {}, dropped::add);
        loop.start(
                event -> {
                    handled.add(event);
                    loop.put("own " + event);
                    begun.countDown();
                    while (!Thread.interrupted()) { // which closing it does
                        Thread.onSpinWait();
                    }
                });
        loop.put("first");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        loop.put("queued");
        List<String> expected = Collections.synchronizedList(new ArrayList<>());
        expected.addAll(List.of("own first", "queued", "late"));
        Thread putting =
                new Thread(
                        () -> {
                            for (int i = 0; !loop.isOver(); i++) {
                                loop.put("racing " + i);
                                expected.add("racing " + i);
                            }
                        });
        putting.start();
        loop.close();
        putting.join();
        loop.put("late");

        List<String> all = new ArrayList<>(handled);
        all.addAll(dropped);
        assertThat(handled).startsWith("first");
        assertThat(all.stream().filter(event -> !event.startsWith("own ")))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of("first"), expected.stream())
                                .filter(event -> !event.startsWith("own "))
                                .toList());
        assertThat(dropped).contains("own first", "queued", "late");
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

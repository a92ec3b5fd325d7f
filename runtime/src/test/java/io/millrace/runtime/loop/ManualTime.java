package io.millrace.runtime.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Clock, timers and inbox of one owner, driven by a test: time stands still until it is moved.
 *
 * @param <E> what the owner understands
 */
public final class ManualTime<E> implements Clock, Timers<E>, Inbox<E> {
    private final Deque<E> inbox = new ArrayDeque<>();
    private final List<Due<E>> timers = new ArrayList<>();
    private Consumer<E> owner;
    private long nowNanos;

    private record Due<E>(long atNanos, E event) {}

    public void owner(Consumer<E> events) {
        owner = events;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public long wallMillis() {
        return 1_000_000 + nowNanos / 1_000_000;
    }

    @Override
    public void put(E event) {
        inbox.add(event);
    }

    @Override
    public Timer schedule(Duration delay, E event) {
        Due<E> due = new Due<>(nowNanos + delay.toNanos(), event);
        timers.add(due);
        return () -> timers.remove(due);
    }

    /** Hands over an event and all that follows at this moment. */
    public void handle(E event) {
        put(event);
        settle();
    }

    /** Hands over all that waits at this moment. */
    public void settle() {
        while (!inbox.isEmpty()) {
            owner.accept(inbox.poll());
        }
    }

    /** Lets time go by without anybody noticing: what has become due waits for the next pass. */
    public void standStill(Duration duration) {
        nowNanos += duration.toNanos();
    }

    /** Moves time on, from timer to timer. */
    public void pass(Duration duration) {
        long end = nowNanos + duration.toNanos();
        settle();
        while (true) {
            Due<E> next =
                    timers.stream().min(Comparator.comparingLong(due -> due.atNanos)).orElse(null);
            if (next == null || next.atNanos > end) {
                break;
            }
            timers.remove(next);
            nowNanos = Math.max(nowNanos, next.atNanos);
            handle(next.event);
        }
        nowNanos = end;
    }
}

package io.millrace.runtime.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the owner of some state on a thread of its own: takes events from a bounded queue, and
 * from timers, and hands them over one after another.
 *
 * <p>Shape: first the events that are due by timers, then those the owner put itself, then one from
 * the queue.
 *
 * <p>Threads: {@link #put} and {@link #close} any; {@link #schedule} only the loop's own thread, or
 * any before {@link #start}.
 *
 * <p>Errors: an exception of the owner is a mistake of ours, and its state is not to be trusted any
 * more: the loop ends and tells so.
 *
 * @param <E> what its owner understands
 */
public final class EventLoop<E> implements Inbox<E>, Timers<E>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long FULL_CHECK_MILLIS = 100;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final Consumer<Throwable> onCrash;
    private final Consumer<? super E> onDropped;
    private final ArrayBlockingQueue<E> queue;
    private final Thread thread;
    private volatile Consumer<? super E> owner;
    private volatile boolean closed;

    // Owned by the loop's thread.
    private final ArrayDeque<E> own = new ArrayDeque<>();
    private final PriorityQueue<Due<E>> timers = new PriorityQueue<>();
    private long timersMade;

    /**
     * @param name of the thread
     * @param capacity events in the queue; who puts more waits
     * @param onCrash hears of the exception that ended the loop, on the loop's thread
     */
    public EventLoop(String name, int capacity, Clock clock, Consumer<Throwable> onCrash) {
        this(name, capacity, clock, onCrash, event -> {});
    }

    /**
     * @param onDropped takes each event that was put and that the owner will never see, as the loop
     *     has ended; on any thread. Not those of timers
     */
    public EventLoop(
            String name,
            int capacity,
            Clock clock,
            Consumer<Throwable> onCrash,
            Consumer<? super E> onDropped) {
        this.clock = clock;
        this.onCrash = onCrash;
        this.onDropped = onDropped;
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    /** Begins to hand events over, those put before first. Called once. */
    public void start(Consumer<? super E> eventOwner) {
        if (owner != null) {
            throw new IllegalStateException(thread.getName() + " was started before");
        }
        owner = eventOwner;
        thread.start();
    }

    @Override
    public void put(E event) {
        if (Thread.currentThread() == thread) {
            // it would wait for itself
            own.add(event);
            return;
        }
        if (!offer(event)) {
            onDropped.accept(event);
        } else if (closed) {
            dropQueue(); // whoever has closed it may have looked before
        }
    }

    /** Whether it is in the queue; otherwise the loop is closed. */
    private boolean offer(E event) {
        try {
            while (!closed) {
                if (queue.offer(event, FULL_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
                LOG.debug("{} is full with {} events", thread.getName(), queue.size());
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return offerInterrupted(event);
        }
    }

    /** An end of a task must not get lost because its thread was interrupted. */
    private boolean offerInterrupted(E event) {
        while (!closed) {
            if (queue.offer(event)) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void dropQueue() {
        for (E event = queue.poll(); event != null; event = queue.poll()) {
            onDropped.accept(event);
        }
    }

    /** Of the loop's thread, when it handles nothing any more. */
    private void dropOwn() {
        for (E event = own.poll(); event != null; event = own.poll()) {
            onDropped.accept(event);
        }
    }

    @Override
    public Timer schedule(Duration delay, E event) {
        Due<E> due = new Due<>(clock.nanoTime() + delay.toNanos(), timersMade++, event);
        timers.add(due);
        return () -> timers.remove(due);
    }

    private void run() {
        try {
            while (!closed) {
                step();
            }
        } catch (InterruptedException e) {
            LOG.debug("{} was interrupted", thread.getName());
        } catch (Throwable t) {
            closed = true;
            LOG.error("{} ends by a mistake of ours", thread.getName(), t);
            onCrash.accept(t);
        } finally {
            dropOwn();
        }
    }

    private void step() throws InterruptedException {
        Due<E> first = timers.peek();
        long wait = first == null ? IDLE_NANOS : first.atNanos - clock.nanoTime();
        if (first != null && wait <= 0) {
            timers.poll();
            owner.accept(first.event);
            return;
        }
        E event = own.poll();
        if (event == null) {
            event = queue.poll(Math.min(wait, IDLE_NANOS), TimeUnit.NANOSECONDS);
        }
        if (event != null) {
            owner.accept(event);
        }
    }

    /** Ends the loop after the event in hand and waits for that; idempotent. */
    @Override
    public void close() {
        closed = true;
        if (Thread.currentThread() == thread) {
            dropOwn();
        } else if (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        dropQueue();
    }

    /** Whether it is closed, and no other thread than this one hands anything over any more. */
    public boolean isOver() {
        return closed && (Thread.currentThread() == thread || !thread.isAlive());
    }

    /** An event to come; those of one moment in the order in which they were made. */
    private record Due<E>(long atNanos, long number, E event) implements Comparable<Due<E>> {
        @Override
        public int compareTo(Due<E> other) {
            int byTime = Long.compare(atNanos - other.atNanos, 0);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }
}

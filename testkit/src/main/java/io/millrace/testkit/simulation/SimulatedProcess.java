package io.millrace.testkit.simulation;

import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.loop.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A process with one loop. It may be paused, when its events wait, or killed, when they are gone.
 *
 * @param <E> what its loop understands
 */
final class SimulatedProcess<E> implements Inbox<E>, Timers<E>, Clock {
    private final Simulation simulation;
    private final String name;
    private final Runnable afterEach;
    private final long clockOffsetNanos;
    private final Deque<E> backlog = new ArrayDeque<>();
    private Consumer<E> owner;
    private boolean alive = true;
    private boolean paused;

    /**
     * @param afterEach called after each event: the moment at which invariants hold
     */
    SimulatedProcess(Simulation simulation, String name, Runnable afterEach) {
        this.simulation = simulation;
        this.name = name;
        this.afterEach = afterEach;
        this.clockOffsetNanos = simulation.random().nextInt();
    }

    void start(Consumer<E> eventOwner) {
        owner = eventOwner;
    }

    String name() {
        return name;
    }

    boolean alive() {
        return alive;
    }

    boolean paused() {
        return paused;
    }

    void kill() {
        alive = false;
        backlog.clear();
    }

    void pause(Duration duration) {
        if (alive && !paused) {
            paused = true;
            simulation.tell(name, "is paused for " + duration.toMillis() + " ms");
            simulation.after(duration, this::resume);
        }
    }

    private void resume() {
        if (!alive) {
            return;
        }
        simulation.tell(name, "resumes");
        paused = false;
        while (alive && !paused && !backlog.isEmpty()) {
            handle(backlog.poll());
        }
    }

    @Override
    public void put(E event) {
        simulation.at(0, () -> arrive(event));
    }

    @Override
    public Timer schedule(Duration delay, E event) {
        boolean[] cancelled = {false};
        simulation.after(
                delay,
                () -> {
                    if (!cancelled[0]) {
                        arrive(event);
                    }
                });
        return () -> cancelled[0] = true;
    }

    private void arrive(E event) {
        if (!alive) {
            return;
        }
        if (paused) {
            backlog.add(event);
            return;
        }
        handle(event);
    }

    private void handle(E event) {
        simulation.tell(name, Describe.event(event));
        owner.accept(event);
        afterEach.run();
    }

    @Override
    public long nanoTime() {
        return simulation.nowNanos() + clockOffsetNanos;
    }

    @Override
    public long wallMillis() {
        return 1_700_000_000_000L + nanoTime() / 1_000_000;
    }
}

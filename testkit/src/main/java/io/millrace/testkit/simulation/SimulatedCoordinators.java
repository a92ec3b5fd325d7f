package io.millrace.testkit.simulation;

import io.millrace.runtime.coordinate.CoordinatorThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Enumerators of a master's process, each a little behind the master's loop, in steps of their own.
 *
 * <p>Threads: one.
 */
final class SimulatedCoordinators implements CoordinatorThreads {
    private static final Duration SLOWEST_STEP = Duration.ofMillis(20);
    private static final Duration SLOWEST_CALL = Duration.ofMillis(500);
    private static final Duration PAUSED = Duration.ofMillis(100);

    private final Simulation simulation;
    private final SimulatedProcess<?> process;

    SimulatedCoordinators(Simulation simulation, SimulatedProcess<?> process) {
        this.simulation = simulation;
        this.process = process;
    }

    @Override
    public ClassLoader userClassLoader() {
        return getClass().getClassLoader();
    }

    @Override
    public Lane open(String name) {
        return new SimulatedLane();
    }

    private void unlessGone(Runnable step) {
        if (!process.alive()) {
            return;
        }
        if (process.paused()) {
            simulation.after(PAUSED, () -> unlessGone(step));
            return;
        }
        step.run();
    }

    private final class SimulatedLane implements Lane {
        private final Deque<Runnable> steps = new ArrayDeque<>();
        private boolean scheduled;
        private boolean closed;

        @Override
        public void execute(Runnable step) {
            if (!closed) {
                add(step);
            }
        }

        private void add(Runnable step) {
            steps.add(step);
            schedule();
        }

        private void schedule() {
            if (!scheduled) {
                scheduled = true;
                simulation.between(Duration.ZERO, SLOWEST_STEP, () -> unlessGone(this::next));
            }
        }

        private void next() {
            scheduled = false;
            steps.poll().run();
            if (!steps.isEmpty()) {
                schedule();
            }
        }

        @Override
        public void call(Runnable call) {
            if (!closed) {
                simulation.between(Duration.ZERO, SLOWEST_CALL, () -> unlessGone(call));
            }
        }

        @Override
        public void close(Runnable last) {
            add(last);
            closed = true;
        }
    }
}

package io.millrace.runtime.coordinate;

import java.util.ArrayDeque;
import java.util.Deque;

/** Runs what enumerators do when the test says so. */
public final class ManualCoordinators implements CoordinatorThreads {
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final Deque<Runnable> calls = new ArrayDeque<>();

    /** Runs all steps that were given, and those that come of them. */
    public void runSteps() {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    /** Runs one step; false if there is none. */
    public boolean runStep() {
        Runnable step = steps.poll();
        if (step != null) {
            step.run();
        }
        return step != null;
    }

    /** Runs all calls that were given. */
    public void runCalls() {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
    }

    @Override
    public ClassLoader userClassLoader() {
        return getClass().getClassLoader();
    }

    @Override
    public Lane open(String name) {
        return new Lane() {
            private boolean closed;

            @Override
            public void execute(Runnable step) {
                if (!closed) {
                    steps.add(step);
                }
            }

            @Override
            public void call(Runnable call) {
                if (!closed) {
                    calls.add(call);
                }
            }

            @Override
            public void close(Runnable last) {
                steps.add(last);
                closed = true;
            }
        };
    }
}

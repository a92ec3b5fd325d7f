package io.millrace.runtime.coordinate;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread for each enumerator, and as many as it takes for its calls.
 *
 * <p>Threads: any.
 */
public final class ThreadedCoordinators implements CoordinatorThreads {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedCoordinators.class);

    private final Supplier<ClassLoader> userClassLoader;

    /**
     * @param userClassLoader asked on the enumerators' threads
     */
    public ThreadedCoordinators(Supplier<ClassLoader> userClassLoader) {
        this.userClassLoader = userClassLoader;
    }

    @Override
    public ClassLoader userClassLoader() {
        return userClassLoader.get();
    }

    @Override
    public Lane open(String name) {
        return new ThreadLane(name);
    }

    private final class ThreadLane implements Lane {
        private final String name;
        private final ExecutorService steps;
        private final ExecutorService calls;

        /** The enumerator's thread while it runs a step, else null. */
        private Thread inStep;

        ThreadLane(String name) {
            this.name = name;
            this.steps = Executors.newSingleThreadExecutor(step -> thread(step, "enumerator "));
            this.calls = Executors.newCachedThreadPool(call -> thread(call, "enumerator calls "));
        }

        private Thread thread(Runnable work, String what) {
            Thread thread = new Thread(work, what + name);
            thread.setDaemon(true);
            return thread;
        }

        @Override
        public void execute(Runnable step) {
            submit(steps, () -> run(step));
        }

        private void run(Runnable step) {
            synchronized (this) {
                inStep = Thread.currentThread();
            }
            try {
                step.run();
            } finally {
                synchronized (this) {
                    inStep = null;
                    // an interrupt was meant for this step, not for the next
                    Thread.interrupted();
                }
            }
        }

        @Override
        public void call(Runnable call) {
            submit(calls, call);
        }

        private void submit(ExecutorService to, Runnable work) {
            try {
                to.execute(work);
            } catch (RejectedExecutionException e) {
                LOG.debug("The enumerator of {} is closed; a step is left out", name);
            }
        }

        @Override
        public void close(Runnable last) {
            calls.shutdownNow();
            synchronized (this) {
                if (inStep != null) {
                    inStep.interrupt();
                }
            }
            submit(steps, () -> run(last));
            steps.shutdown();
        }
    }
}

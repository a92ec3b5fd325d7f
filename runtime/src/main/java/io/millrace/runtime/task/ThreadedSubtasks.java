package io.millrace.runtime.task;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.OutputFlusher;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.memory.InsufficientNetworkMemoryException;
import io.millrace.runtime.operator.OperatorPorts;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each subtask on a thread of its own.
 *
 * <p>Threads: {@link #start} by the worker's loop; each subtask's thread assembles, drives and
 * releases its subtask, so that slow constructors of the user's hold nobody up.
 */
public final class ThreadedSubtasks implements Subtasks {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedSubtasks.class);

    private final Channels channels;
    private final Function<String, ClassLoader> userClassLoaders;
    private final OperatorPorts ports;
    private final Settings settings;
    private final AtomicInteger running = new AtomicInteger();

    /**
     * How subtasks are driven.
     *
     * @param nanoClock for the times busy, idle and back-pressured
     * @param cancelInterruptNanos a subtask that was cancelled and still sits in user code is
     *     interrupted this often ({@code task.cancellation.interval})
     * @param flusher flushes open batches of writers that sit in user code
     */
    public record Settings(
            LongSupplier nanoClock, long cancelInterruptNanos, OutputFlusher flusher) {}

    /**
     * @param userClassLoaders by the job's id
     */
    public ThreadedSubtasks(
            Channels channels,
            Function<String, ClassLoader> userClassLoaders,
            OperatorPorts ports,
            Settings settings) {
        this.channels = channels;
        this.userClassLoaders = userClassLoaders;
        this.ports = ports;
        this.settings = settings;
    }

    @Override
    public RunningSubtask start(TaskDeployment deployment, Listener listener) {
        Driver driver = new Driver(deployment, listener);
        running.incrementAndGet();
        driver.thread.start();
        return driver;
    }

    /** Subtasks that were started and have not ended. */
    public int running() {
        return running.get();
    }

    /** One subtask and its thread. */
    private final class Driver implements RunningSubtask, Wakeup, Runnable {
        private final TaskDeployment deployment;
        private final Listener listener;
        private final Thread thread;
        private volatile boolean signalled;
        private volatile boolean canceled;
        private volatile Subtask subtask;
        private volatile boolean inUserCode;

        // times: written by the subtask's thread alone
        private final long startNanos = settings.nanoClock().getAsLong();
        private volatile long idleNanos;
        private volatile long backPressuredNanos;
        private volatile long endNanos;
        private volatile long waitStartNanos;
        private volatile Subtask.Step waitKind;

        Driver(TaskDeployment deployment, Listener listener) {
            this.deployment = deployment;
            this.listener = listener;
            this.thread =
                    new Thread(
                            this,
                            deployment.vertexName() + "[" + deployment.attempt().subtask() + "]");
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            SubtaskEnd end;
            Subtask built = null;
            try {
                ClassLoader loader = userClassLoaders.apply(deployment.attempt().job());
                thread.setContextClassLoader(loader);
                built = new SubtaskAssembly(channels, ports).assemble(deployment, loader, this);
                subtask = built;
                List<OutputFlusher.Registration> flushed = flushed(built);
                try {
                    end = drive(built);
                } finally {
                    flushed.forEach(OutputFlusher.Registration::close);
                }
            } catch (Throwable t) {
                Failure.Category category =
                        t instanceof InsufficientNetworkMemoryException
                                ? Failure.Category.CONFIG
                                : Failure.Category.INTERNAL;
                String where =
                        "Task "
                                + deployment.vertexName()
                                + "["
                                + deployment.attempt().subtask()
                                + "], while it was put together";
                end = new SubtaskEnd.Failed(Failure.of(category, where, t));
            }
            endNanos = settings.nanoClock().getAsLong();
            finish(built, end);
        }

        private List<OutputFlusher.Registration> flushed(Subtask built) {
            return built.writers().stream()
                    .map(
                            writer ->
                                    settings.flusher()
                                            .register(
                                                    writer.channels(),
                                                    writer.bufferTimeoutMillis()))
                    .toList();
        }

        private SubtaskEnd drive(Subtask built) {
            boolean told = false;
            while (true) {
                signalled = false;
                if (canceled && built.end() == null) {
                    built.cancel();
                }
                inUserCode = true;
                Subtask.Step step = built.step();
                inUserCode = false;
                if (!told && built.state() == SubtaskState.RUNNING) {
                    told = true;
                    listener.running(deployment);
                }
                if (step == Subtask.Step.ENDED) {
                    return built.end();
                }
                if (step != Subtask.Step.WORKED) {
                    await(step);
                }
            }
        }

        private void await(Subtask.Step step) {
            if (signalled) {
                return;
            }
            long from = settings.nanoClock().getAsLong();
            waitStartNanos = from;
            waitKind = step;
            while (!signalled) {
                LockSupport.park(this);
                if (Thread.interrupted() && !canceled) {
                    LOG.debug(
                            "{} was interrupted while it waited, by whom is not known",
                            thread.getName());
                }
            }
            waitKind = null;
            long waited = settings.nanoClock().getAsLong() - from;
            if (step == Subtask.Step.WAITS_FOR_INPUT) {
                idleNanos += waited; // owned by this thread
            } else {
                backPressuredNanos += waited;
            }
        }

        private void finish(Subtask built, SubtaskEnd end) {
            try {
                if (built != null) {
                    built.closeChannels();
                }
                channels.release(deployment.attempt());
            } catch (RuntimeException e) {
                LOG.error("{}: its channels could not be released", thread.getName(), e);
            } finally {
                running.decrementAndGet();
                listener.ended(deployment, end);
            }
        }

        @Override
        public void wake() {
            if (!signalled) {
                signalled = true;
                LockSupport.unpark(thread);
            }
        }

        @Override
        public TaskDeployment deployment() {
            return deployment;
        }

        @Override
        public void cancel() {
            boolean again = canceled;
            canceled = true;
            Subtask built = subtask;
            if (built != null) {
                built.cancel();
            }
            signalled = true;
            LockSupport.unpark(thread);
            if (!again) {
                watchCancel();
            }
        }

        /** User code that does not return is interrupted, again and again. */
        private void watchCancel() {
            Thread watcher =
                    new Thread(
                            () -> {
                                try {
                                    while (!joined()) {
                                        if (inUserCode) {
                                            LOG.warn(
                                                    "{} was cancelled and is still in user code;"
                                                            + " interrupting it",
                                                    thread.getName());
                                            thread.interrupt();
                                        }
                                    }
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            "cancel-" + thread.getName());
            watcher.setDaemon(true);
            watcher.start();
        }

        private boolean joined() throws InterruptedException {
            thread.join(Math.max(1, settings.cancelInterruptNanos() / 1_000_000));
            return !thread.isAlive();
        }

        @Override
        public SubtaskMetrics metrics() {
            Subtask built = subtask;
            if (built == null) {
                return SubtaskMetrics.NONE;
            }
            long now = endNanos != 0 ? endNanos : settings.nanoClock().getAsLong();
            long idle = idleNanos;
            long backPressured = backPressuredNanos;
            Subtask.Step kind = waitKind;
            if (kind == Subtask.Step.WAITS_FOR_INPUT) {
                idle += Math.max(0, now - waitStartNanos);
            } else if (kind == Subtask.Step.WAITS_FOR_OUTPUT) {
                backPressured += Math.max(0, now - waitStartNanos);
            }
            long busy = Math.max(0, now - startNanos - idle - backPressured);
            return built.metrics(busy, idle, backPressured);
        }
    }
}

package io.millrace.runtime.task;

import io.millrace.api.InvalidProgramException;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.OutputFlusher;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.InsufficientNetworkMemoryException;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.state.StateException;
import java.io.ObjectStreamException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
public final class ThreadedSubtasks implements Subtasks, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedSubtasks.class);

    /** How long user code may take to return by itself after a cancel. */
    private static final long FIRST_INTERRUPT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Channels channels;
    private final Function<String, JobClasses> jobClasses;
    private final OperatorPorts ports;
    private final Settings settings;
    private final Set<Driver> running = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor cancelWatch;

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
     * @param jobClasses by the job's id
     */
    public ThreadedSubtasks(
            Channels channels,
            Function<String, JobClasses> jobClasses,
            OperatorPorts ports,
            Settings settings) {
        this.channels = channels;
        this.jobClasses = jobClasses;
        this.ports = ports;
        this.settings = settings;
        this.cancelWatch =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "cancel-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
        // there is a thread only while something was cancelled and has not ended
        cancelWatch.setKeepAliveTime(1, TimeUnit.SECONDS);
        cancelWatch.allowCoreThreadTimeOut(true);
        cancelWatch.setRemoveOnCancelPolicy(true);
    }

    @Override
    public RunningSubtask start(TaskDeployment deployment, Listener listener) {
        Driver driver = new Driver(deployment, listener);
        running.add(driver);
        driver.thread.start();
        return driver;
    }

    /** Counters of all subtasks that were started and have not ended; any thread. */
    public Map<AttemptId, SubtaskMetrics> metrics() {
        Map<AttemptId, SubtaskMetrics> metrics = new HashMap<>();
        for (Driver driver : running) {
            metrics.put(driver.deployment.attempt(), driver.metrics());
        }
        return metrics;
    }

    /** Subtasks that were started and have not ended. */
    public int running() {
        return running.size();
    }

    /**
     * Cancels what still runs and waits for it, but not for ever; idempotent. Listeners still hear
     * of each end.
     */
    @Override
    public void close() {
        List<Driver> left = List.copyOf(running);
        left.forEach(Driver::cancel);
        long deadlineNanos = settings.nanoClock().getAsLong() + CLOSE_NANOS;
        try {
            for (Driver driver : left) {
                long leftNanos = deadlineNanos - settings.nanoClock().getAsLong();
                driver.thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos)));
                if (driver.thread.isAlive()) {
                    LOG.warn("{} does not end; it is left behind", driver.thread.getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cancelWatch.shutdownNow();
    }

    /** One subtask and its thread. */
    private final class Driver implements CommandedSubtask, Wakeup, EdgeWriter.Overdrawn, Runnable {
        private final TaskDeployment deployment;
        private final Listener listener;
        private final Thread thread;
        private volatile boolean signalled;
        private volatile boolean canceled;
        private volatile Subtask subtask;
        private volatile boolean inUserCode;
        private volatile Future<?> watch;

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
                JobClasses classes = jobClasses.apply(deployment.attempt().job());
                thread.setContextClassLoader(classes.userClassLoader());
                inUserCode = true; // constructors, and reading what functions hold
                built =
                        new SubtaskAssembly(channels, ports)
                                .assemble(
                                        deployment,
                                        classes,
                                        this,
                                        this,
                                        new Subtask.Checkpoints(settings.nanoClock(), listener));
                inUserCode = false;
                subtask = built;
                List<OutputFlusher.Registration> flushed = flushed(built);
                try {
                    end = drive(built);
                } finally {
                    flushed.forEach(OutputFlusher.Registration::close);
                }
            } catch (Throwable t) {
                inUserCode = false;
                String where =
                        "Task "
                                + deployment.vertexName()
                                + "["
                                + deployment.attempt().subtask()
                                + "], while it was put together";
                end = new SubtaskEnd.Failed(Failure.of(categoryOf(t), where, t));
                if (canceled) {
                    LOG.debug("{} was cancelled; it threw", where, t);
                    end = new SubtaskEnd.Canceled();
                }
            }
            endNanos = settings.nanoClock().getAsLong();
            finish(built, end);
        }

        private Failure.Category categoryOf(Throwable t) {
            if (t instanceof InsufficientNetworkMemoryException) {
                return Failure.Category.CONFIG;
            }
            if (t instanceof StateException state) {
                return state.category();
            }
            boolean usersCode =
                    t instanceof InvalidProgramException
                            || t instanceof ClassNotFoundException
                            || t instanceof ObjectStreamException
                            || t instanceof LinkageError;
            return usersCode ? Failure.Category.USER_CODE : Failure.Category.INTERNAL;
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
            Future<?> watched = watch;
            if (watched != null) {
                watched.cancel(false);
            }
            try {
                if (built != null) {
                    built.closeChannels();
                }
                channels.release(deployment.attempt());
            } catch (RuntimeException e) {
                LOG.error("{}: its channels could not be released", thread.getName(), e);
            } finally {
                running.remove(this);
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
                watchCancel(Math.min(FIRST_INTERRUPT_NANOS, settings.cancelInterruptNanos()));
            }
        }

        /** User code that does not return is interrupted, again and again. */
        private void watchCancel(long afterNanos) {
            try {
                watch =
                        cancelWatch.schedule(
                                this::interruptUserCode, afterNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is not watched: the worker closes", thread.getName());
            }
        }

        private void interruptUserCode() {
            if (!thread.isAlive()) {
                return;
            }
            if (inUserCode) {
                LOG.warn(
                        "{} was cancelled and is still in user code; interrupting it",
                        thread.getName());
                thread.interrupt();
            }
            watchCancel(settings.cancelInterruptNanos());
        }

        /** The subtask's thread waits in the middle of a record, as that makes too many. */
        @Override
        public void await(EdgeWriter writer) {
            while (true) {
                signalled = false;
                if (canceled) {
                    subtask.cancel(); // so that the subtask knows why it is thrown at
                    throw new EmissionCanceledException();
                }
                if (writer.isAvailable()) {
                    // what else was signalled meanwhile is not to get lost
                    signalled = true;
                    return;
                }
                await(Subtask.Step.WAITS_FOR_OUTPUT);
            }
        }

        @Override
        public void put(SubtaskCommand command) {
            Subtask built = subtask;
            if (built != null) {
                built.put(command);
                wake();
            }
        }

        @Override
        public void tell(SubtaskCommand command) {
            Subtask built = subtask;
            if (built != null) {
                built.tell(command);
                wake();
            }
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
            if (endNanos == 0 && built.askForValues(now)) {
                wake();
            }
            return built.metrics(busy, idle, backPressured);
        }
    }

    /** Leaves a function of the user's that emits, because its subtask was cancelled. */
    private static final class EmissionCanceledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EmissionCanceledException() {
            super("the subtask was cancelled while it waited for room", null, false, false);
        }
    }
}

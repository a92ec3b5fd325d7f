package io.millrace.runtime.operator;

import io.millrace.api.function.SourceFunction;
import io.millrace.api.time.Watermark;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.exchange.GateBudget;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a source function of the user's on a thread of its own, behind a lock of its own and a local
 * channel, so that the subtask proper stays single-threaded though {@code run} blocks.
 *
 * <p>Threads: the subtask owns all but what is inside {@link Context}, which the source thread
 * owns. The channel's bound blocks the source thread, never the subtask.
 */
final class FunctionSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionSource.class);

    /** A source that was told to end and has not is interrupted this often. */
    private static final long INTERRUPT_MILLIS = 1_000;

    /** Closed chunks between the source thread and the subtask. */
    private static final int BOUND_CHUNKS = 4;

    /** Barriers and notifications that may wait for the function's lock. */
    private static final int LOCK_WAITER_BOUND = 256;

    private static final long KEEP_ALIVE_SECONDS = 10;

    private final String name;
    private final SourceFunction<Object> function;
    private final UserFunction user;
    private final Context context;
    private final InputChannel input;
    private final BatchLoop loop;
    private final Thread thread;
    private final Wakeup subtaskWakeup;
    private RecordBatch batch;
    private long emitted;
    private boolean ended;
    private volatile boolean canceled;
    private volatile Throwable failure;

    /**
     * Waits for the function's lock in the place of the subtask, which must go on to empty the
     * channel for whoever holds it.
     */
    private final ThreadPoolExecutor lockWaiter;

    /** What was saved where a barrier was put, by checkpoint; or why not. */
    private final Map<Long, Saved> saved = new ConcurrentHashMap<>();

    private volatile Throwable notificationFailure;

    /** The newest complete checkpoint that the function is to hear of; the subtask's. */
    private long complete;

    /** The newest one that it has heard of. */
    private volatile long told;

    /**
     * The function's state.
     *
     * @param failure null if it could be saved
     */
    private record Saved(List<SnapshotPart> parts, Throwable failure) {}

    /**
     * @param user the function, to be opened and closed
     * @param serializer copies records that can change, as the function may change them while they
     *     wait for the subtask
     * @param size of records, in bytes of the heap
     * @param loop of the chain behind
     */
    FunctionSource(
            String name,
            SourceFunction<Object> function,
            UserFunction user,
            SubtaskContext subtask,
            TypeSerializer<Object> serializer,
            ToIntFunction<Object> size,
            BatchLoop loop) {
        this.name = name;
        this.function = function;
        this.user = user;
        this.loop = loop;
        this.subtaskWakeup = subtask.wakeup();
        LocalChannel channel =
                new LocalChannel(
                        "source function of '" + name + "'",
                        BOUND_CHUNKS,
                        new GateBudget(GateBudget.BYTES),
                        LocalChannel.Visibility.AT_ONCE);
        this.thread = new Thread(this::run, "source-" + name + "-" + subtask.subtask());
        thread.setDaemon(true);
        thread.setContextClassLoader(subtask.classes().userClassLoader());
        this.lockWaiter =
                new ThreadPoolExecutor(
                        0,
                        1,
                        KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(LOCK_WAITER_BOUND),
                        task -> {
                            Thread waiter =
                                    new Thread(
                                            task,
                                            "source-checkpoints-" + name + "-" + subtask.subtask());
                            waiter.setDaemon(true);
                            waiter.setContextClassLoader(subtask.classes().userClassLoader());
                            return waiter;
                        });
        this.context = new Context(channel, serializer.isImmutable() ? null : serializer, size);
        this.input = channel.reader(subtask.wakeup());
    }

    @Override
    public void restore(RestoredOperator state) throws Exception {
        user.restore(state);
    }

    @Override
    public void open() {
        user.open();
        thread.start();
    }

    @Override
    public boolean inject(StreamEvent.Barrier barrier) {
        underLock(
                () -> {
                    // otherwise the subtask finds the function's state when it comes to the end
                    if (!context.ended) {
                        context.put(barrier);
                    }
                });
        return true;
    }

    @Override
    public List<SnapshotPart> snapshot(StreamEvent.Barrier barrier) throws Exception {
        long checkpointId = barrier.checkpointId();
        Saved state = saved.remove(checkpointId);
        if (state == null && ended) {
            // run() has returned: nobody holds the lock for long
            synchronized (context.lock) {
                return user.snapshot(checkpointId, barrier.wallMillis());
            }
        }
        if (state == null) {
            throw new IllegalStateException(
                    "Checkpoint " + checkpointId + " was given up before its barrier came");
        }
        if (state.failure() instanceof OperatorFailure failed) {
            throw failed;
        } else if (state.failure() != null) {
            throw OperatorFailure.in(name, "snapshotState()", state.failure());
        }
        return state.parts();
    }

    @Override
    public void checkpointComplete(long checkpointId) {
        complete = checkpointId;
        underLock(
                () -> {
                    user.checkpointComplete(checkpointId);
                    told = checkpointId;
                });
    }

    @Override
    public void checkpointAborted(long checkpointId) {
        underLock(
                () -> {
                    saved.remove(checkpointId);
                    user.checkpointAborted(checkpointId);
                });
    }

    /** One after the other, in their order, on a thread that may wait. */
    private void underLock(Runnable step) {
        try {
            lockWaiter.execute(
                    () -> {
                        synchronized (context.lock) {
                            if (canceled || failure != null) {
                                return;
                            }
                            try {
                                step.run();
                            } catch (Throwable t) {
                                notificationFailure = t;
                                subtaskWakeup.wake();
                            }
                        }
                    });
        } catch (RejectedExecutionException e) {
            LOG.warn(
                    "Source function of '{}' has held its lock for {} checkpoints; one is left out",
                    name,
                    LOCK_WAITER_BOUND);
        }
    }

    private void run() {
        try {
            function.run(context);
        } catch (Throwable t) {
            if (!canceled) {
                failure = t;
            }
        } finally {
            context.end();
        }
    }

    @Override
    public Progress emit(int maxRecords, Target target) throws Exception {
        if (notificationFailure != null) {
            throw notificationFailure instanceof OperatorFailure failed
                    ? failed
                    : OperatorFailure.in(name, "a notification", notificationFailure);
        }
        if (batch == null) {
            Object element = input.poll();
            if (element == null) {
                return Progress.WAIT;
            }
            if (element instanceof StreamEvent event) {
                if (event instanceof StreamEvent.EndOfChannel) {
                    ended = true;
                    if (failure != null) {
                        throw OperatorFailure.in(name, "run()", failure);
                    }
                    return Progress.END;
                }
                target.event(event);
                return Progress.MORE;
            }
            batch = (RecordBatch) element;
        }
        emitted += loop.run(batch, maxRecords, target);
        if (batch.size() == 0) {
            batch = null;
        }
        return Progress.MORE;
    }

    @Override
    public long recordsEmitted() {
        return emitted;
    }

    @Override
    public void cancel() {
        if (canceled) {
            // asked again: whatever it blocks in is to be interrupted
            thread.interrupt();
            return;
        }
        canceled = true;
        context.cancel();
        try {
            function.cancel();
        } catch (RuntimeException e) {
            // the thread is interrupted anyway
            thread.interrupt();
        }
        thread.interrupt();
    }

    @Override
    public void close() throws Exception {
        boolean inOrder = !canceled;
        if (thread.isAlive()) {
            if (!ended) {
                cancel();
            }
            input.close();
            joinThread();
        }
        lockWaiter.shutdownNow();
        awaitLockWaiter();
        if (inOrder && complete > told && failure == null && notificationFailure == null) {
            user.checkpointComplete(complete);
        }
        user.close();
    }

    /** Nothing of the function may run beside its close(). */
    private void awaitLockWaiter() {
        boolean interrupted = false;
        while (true) {
            try {
                if (lockWaiter.awaitTermination(INTERRUPT_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
                LOG.warn("A checkpoint of source function '{}' does not end", name);
                lockWaiter.shutdownNow();
            } catch (InterruptedException e) {
                interrupted = true;
                lockWaiter.shutdownNow();
            }
        }
        if (interrupted) {
            LOG.debug(
                    "The end of source '{}' was waited for by a thread that was interrupted", name);
        }
    }

    /**
     * The functions run() and close() must not overlap, nor may the subtask count as gone while its
     * source still runs: whoever interrupts this wait means the source.
     */
    private void joinThread() {
        while (thread.isAlive()) {
            try {
                thread.join(INTERRUPT_MILLIS);
            } catch (InterruptedException e) {
                LOG.debug("{} is waited for by a subtask that was interrupted", thread.getName());
            }
            if (thread.isAlive()) {
                LOG.warn("{} runs on though its source has ended", thread.getName());
                thread.interrupt();
            }
        }
    }

    /**
     * Owned by whichever thread of the user's holds the lock, except where said otherwise: that of
     * {@code run}, or others that the function has started.
     */
    private final class Context implements SourceFunction.SourceContext<Object> {
        private final Object lock = new Object();
        private final OutputChannel output;

        /** Who waits for room, under the lock. */
        private volatile Thread waiting;

        private final TypeSerializer<Object> copier;
        private final ToIntFunction<Object> size;
        private volatile boolean canceled;
        private boolean idle;
        private boolean ended;

        Context(LocalChannel channel, TypeSerializer<Object> copier, ToIntFunction<Object> size) {
            this.copier = copier;
            this.size = size;
            Wakeup unpark = () -> LockSupport.unpark(waiting);
            this.output = channel.writer(unpark);
        }

        @Override
        public void collect(Object element) {
            collectWithTimestamp(element, RecordBatch.NO_TIMESTAMP);
        }

        @Override
        public void collectWithTimestamp(Object element, long timestamp) {
            synchronized (lock) {
                beActive();
                awaitRoom();
                Object handed = copier == null ? element : copier.copy(element);
                output.write(handed, timestamp, size.applyAsInt(handed));
            }
        }

        @Override
        public void emitWatermark(Watermark mark) {
            synchronized (lock) {
                beActive();
                awaitRoom();
                output.writeEvent(new StreamEvent.Watermark(mark.getTimestamp()));
            }
        }

        @Override
        public void markAsTemporarilyIdle() {
            synchronized (lock) {
                if (!idle) {
                    idle = true;
                    output.writeEvent(Status.IDLE);
                }
            }
        }

        /** Saves the function's state and puts the barrier where that is. Under the lock. */
        void put(StreamEvent.Barrier barrier) {
            Saved state;
            try {
                state =
                        new Saved(
                                user.snapshot(barrier.checkpointId(), barrier.wallMillis()), null);
            } catch (Throwable t) {
                state = new Saved(List.of(), t);
            }
            saved.put(barrier.checkpointId(), state);
            output.writeEvent(barrier);
        }

        private void beActive() {
            if (idle) {
                idle = false;
                output.writeEvent(Status.ACTIVE);
            }
        }

        private void awaitRoom() {
            if (canceled) {
                throw new SourceCanceledException();
            }
            if (output.isAvailable()) {
                return;
            }
            waiting = Thread.currentThread(); // before the look that asks to be woken
            while (!output.isAvailable()) {
                LockSupport.park(this);
                if (canceled || Thread.currentThread().isInterrupted()) {
                    throw new SourceCanceledException();
                }
            }
        }

        @Override
        public Object getCheckpointLock() {
            return lock;
        }

        @Override
        public void close() {}

        void end() {
            synchronized (lock) {
                ended = true;
                output.writeEvent(StreamEvent.EndOfChannel.INSTANCE);
            }
        }

        /** The subtask's thread. */
        void cancel() {
            canceled = true;
            LockSupport.unpark(waiting);
        }
    }

    /** Leaves the user's {@code run} when the job no longer wants its records. */
    private static final class SourceCanceledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SourceCanceledException() {
            super("the source was cancelled", null, false, false);
        }
    }
}

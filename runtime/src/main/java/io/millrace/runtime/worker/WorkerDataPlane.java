package io.millrace.runtime.worker;

import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.GateBudget;
import io.millrace.runtime.exchange.OutputFlusher;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.NetworkChannels;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.AlarmThread;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.ThreadedSubtasks;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of a worker that records pass through: network buffers, connections to other workers,
 * channels between its own subtasks, the threads of the subtasks.
 *
 * <p>Threads: made and closed by the process around the worker; its parts say which threads call
 * them.
 */
public final class WorkerDataPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerDataPlane.class);

    /** Closed batches that may wait in a channel between two subtasks of the worker. */
    private static final int LOCAL_BOUND_CHUNKS = 4;

    /** Checkpoints that may wait to be written; the master allows far fewer at a time. */
    private static final int WRITER_BOUND = 1024;

    private static final long WRITER_KEEP_ALIVE_SECONDS = 60;
    private static final long WRITER_END_SECONDS = 3;

    private final NetworkBufferPool pool;
    private final NetworkChannels network;
    private final OutputFlusher flusher;
    private final ManagedMemory managed;
    private final AlarmThread alarms;
    private final ThreadedSubtasks subtasks;
    private final ExecutorService checkpointWriter;

    /**
     * What it takes to run subtasks.
     *
     * @param jobClasses by the job's id
     * @param managedBytes for the state of keyed operators; mapped as it is needed
     * @param cancelInterruptNanos how often a cancelled subtask that sits in user code is
     *     interrupted
     * @param collected where records go that are to come back to the program
     */
    public record Running(
            Function<String, JobClasses> jobClasses,
            long managedBytes,
            Clock clock,
            long cancelInterruptNanos,
            CollectedRecords collected) {}

    /** Opens the data port of a worker among others. */
    public WorkerDataPlane(
            DataNetworkSettings settings, long networkBytes, int segmentBytes, Running running) {
        this.pool = NetworkBufferPool.ofBytes(networkBytes, segmentBytes);
        this.network = new NetworkChannels(settings, pool);
        this.flusher = new OutputFlusher("output-flusher");
        this.managed = new ManagedMemory(running.managedBytes());
        this.alarms = new AlarmThread(running.clock()::wallMillis);
        this.checkpointWriter = checkpointWriter();
        this.subtasks = subtasks(settings.workerId(), network, running);
    }

    private WorkerDataPlane(String workerId, Running running) {
        this.pool = null;
        this.network = null;
        this.flusher = new OutputFlusher("output-flusher");
        this.managed = new ManagedMemory(running.managedBytes());
        this.alarms = new AlarmThread(running.clock()::wallMillis);
        this.checkpointWriter = checkpointWriter();
        this.subtasks = subtasks(workerId, new NoOtherWorkers(), running);
    }

    /** For the only worker there is: without a port, without network buffers. */
    public static WorkerDataPlane alone(String workerId, Running running) {
        return new WorkerDataPlane(workerId, running);
    }

    private ThreadedSubtasks subtasks(String workerId, Channels remote, Running running) {
        return new ThreadedSubtasks(
                new WorkerChannels(workerId, remote, LOCAL_BOUND_CHUNKS, GateBudget.BYTES),
                running.jobClasses(),
                new OperatorPorts(
                        running.clock()::wallMillis,
                        alarms,
                        new ManagedStores(
                                managed,
                                running.clock()::wallMillis,
                                ManagedStores.directoriesOfProcess()),
                        running.collected()),
                new ThreadedSubtasks.Settings(
                        running.clock()::nanoTime, running.cancelInterruptNanos(), flusher));
    }

    /** There is a thread only while something is written. */
    private static ExecutorService checkpointWriter() {
        ThreadPoolExecutor writer =
                new ThreadPoolExecutor(
                        1,
                        1,
                        WRITER_KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(WRITER_BOUND),
                        task -> {
                            Thread thread = new Thread(task, "checkpoint-writer");
                            thread.setDaemon(true);
                            return thread;
                        });
        writer.allowCoreThreadTimeOut(true);
        return writer;
    }

    /** Stores what the subtasks have in checkpoints. */
    public SnapshotStorage snapshots() {
        return new FileCheckpointStorage(checkpointWriter);
    }

    public Subtasks subtasks() {
        return subtasks;
    }

    /** Counters of the subtasks that run now; any thread. */
    public Map<AttemptId, SubtaskMetrics> metrics() {
        return subtasks.metrics();
    }

    /** Where other workers reach this one; only of a worker among others. */
    public WorkerAddress address() {
        return network.address();
    }

    /** Connections that ended before they had proven themselves. */
    public long refusedConnections() {
        return network == null ? 0 : network.refusedConnections();
    }

    private boolean isWriterGone() {
        try {
            return checkpointWriter.awaitTermination(WRITER_END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return checkpointWriter.isTerminated();
        }
    }

    @Override
    public void close() {
        // first, as they hold segments and channels
        subtasks.close();
        alarms.close();
        // whoever waited for the writer finds that nobody wants its checkpoint, and gives it back
        checkpointWriter.shutdownNow().forEach(Runnable::run);
        if (subtasks.running() == 0 && isWriterGone()) {
            managed.close();
        } else {
            // whoever is left behind in user code, or writes a checkpoint, still holds memory
            LOG.warn("Managed memory is kept: {} subtasks have not ended", subtasks.running());
        }
        flusher.close();
        if (network != null) {
            network.close();
            pool.close();
        }
    }
}

package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.OutputFlusher;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.task.TaskDeployment.Edge;
import io.millrace.runtime.task.TaskDeployment.Peer;
import io.millrace.runtime.worker.ManagedStores;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs a program's subtasks on threads of one worker, without any master: all of them, once. */
final class DirectRun implements Subtasks.Listener {
    private static final WorkerAddress WORKER = new WorkerAddress("w", "localhost", 0);

    private final JobGraph graph;
    private final WorkerChannels channels;
    private final ThreadedSubtasks subtasks;
    private final Map<AttemptId, SubtaskEnd> ends = new ConcurrentHashMap<>();
    private final Map<AttemptId, Subtasks.RunningSubtask> started = new HashMap<>();
    private final CountDownLatch running;
    private final CountDownLatch ended;

    DirectRun(int parallelism, CapturedProgram.Program program) throws Exception {
        this.graph = CapturedProgram.graph(parallelism, program);
        this.channels = new WorkerChannels("w", new NoRemote(), 2, 1 << 20);
        JobClasses classes = new JobClasses(DirectRun.class.getClassLoader());
        this.subtasks =
                new ThreadedSubtasks(
                        channels,
                        job -> classes,
                        new OperatorPorts(
                                () -> 42,
                                (millis, ring) -> () -> {},
                                new ManagedStores(new ManagedMemory(64 << 20), () -> 42)),
                        new ThreadedSubtasks.Settings(
                                System::nanoTime,
                                TimeUnit.MILLISECONDS.toNanos(20),
                                new OutputFlusher("flusher")));
        int count = graph.vertices().stream().mapToInt(JobVertex::parallelism).sum();
        this.running = new CountDownLatch(count);
        this.ended = new CountDownLatch(count);
    }

    DirectRun start() {
        for (JobVertex vertex : graph.vertices()) {
            for (int i = 0; i < vertex.parallelism(); i++) {
                TaskDeployment deployment = deployment(vertex, i);
                started.put(deployment.attempt(), subtasks.start(deployment, this));
            }
        }
        return this;
    }

    /** How all subtasks ended, once they have. */
    Map<AttemptId, SubtaskEnd> await() throws InterruptedException {
        if (!ended.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("Of " + started.keySet() + " only these ended: " + ends);
        }
        return ends;
    }

    void awaitRunning() throws InterruptedException {
        if (!running.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError(running.getCount() + " subtasks do not run; ended: " + ends);
        }
    }

    void cancelAll() {
        started.values().forEach(Subtasks.RunningSubtask::cancel);
    }

    Subtasks.RunningSubtask started(int vertex, int subtask) {
        return started.get(attempt(vertex, subtask));
    }

    SubtaskMetrics metrics(int vertex, int subtask) {
        return started(vertex, subtask).metrics();
    }

    int openChannels() {
        return channels.openChannels();
    }

    /** What a subtask would be started with. */
    TaskDeployment deployment(int vertex, int subtask) {
        return deployment(graph.vertex(vertex), subtask);
    }

    private TaskDeployment deployment(JobVertex vertex, int subtask) {
        List<Edge> inputs = new ArrayList<>();
        for (JobEdge edge : graph.inputsOf(vertex.id())) {
            JobVertex source = graph.vertex(edge.source());
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < source.parallelism(); i++) {
                if (edge.connects(i, source.parallelism(), subtask, vertex.parallelism())) {
                    peers.add(new Peer(attempt(source.id(), i), WORKER));
                }
            }
            inputs.add(new Edge(edge.id(), edge.input(), peers));
        }
        List<Edge> outputs = new ArrayList<>();
        for (JobEdge edge : graph.outputsOf(vertex.id())) {
            JobVertex target = graph.vertex(edge.target());
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < target.parallelism(); i++) {
                if (edge.connects(subtask, vertex.parallelism(), i, target.parallelism())) {
                    peers.add(new Peer(attempt(target.id(), i), WORKER));
                }
            }
            outputs.add(new Edge(edge.id(), edge.input(), peers));
        }
        return new TaskDeployment(
                attempt(vertex.id(), subtask),
                new Generation(1, 1),
                0,
                graph.jobName(),
                vertex.name(),
                vertex.parallelism(),
                vertex.maxParallelism(),
                vertex.chain(),
                inputs,
                outputs,
                List.of(),
                "run",
                graph.configuration());
    }

    private AttemptId attempt(int vertex, int subtask) {
        return new AttemptId(graph.jobId(), vertex, subtask, 1, 1);
    }

    @Override
    public void running(TaskDeployment deployment) {
        running.countDown();
    }

    @Override
    public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
        snapshot.release();
    }

    @Override
    public void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure) {}

    @Override
    public void inputEnded(TaskDeployment deployment) {}

    @Override
    public void ended(TaskDeployment deployment, SubtaskEnd end) {
        if (ends.put(deployment.attempt(), end) != null) {
            throw new AssertionError(deployment.attempt() + " ended twice");
        }
        ended.countDown();
    }

    /** Channels to other workers, of which there is none. */
    static final class NoRemote implements Channels {
        @Override
        public OutputChannel openOutput(
                ChannelId id,
                WorkerAddress reader,
                TypeSerializer<Object> serializer,
                Wakeup writer) {
            throw new AssertionError(id);
        }

        @Override
        public InputChannel openInput(
                ChannelId id,
                WorkerAddress writer,
                TypeSerializer<Object> serializer,
                Wakeup reader) {
            throw new AssertionError(id);
        }

        @Override
        public void release(AttemptId attempt) {}
    }
}

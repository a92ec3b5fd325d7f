package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.InMemoryCheckpointStorage;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.coordinate.ManualCoordinators;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.master.JobStore.Entry;
import io.millrace.runtime.master.JobStore.Outcome;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A job master with all its ports in the test's hand. Whatever it does is a line in {@link
 * #journal}; the record and the files answer at once unless told otherwise.
 */
final class MasterFixture {
    static final String JOB = "0000000000000000000000000000000a";
    static final SubtaskEnd FINISHED = new SubtaskEnd.Finished();
    static final SubtaskEnd CANCELED = new SubtaskEnd.Canceled();

    final List<String> journal = new ArrayList<>();
    final ManualTime<MasterEvent> time = new ManualTime<>();
    final Map<String, byte[]> record;
    final Map<AttemptId, TaskDeployment> deployed = new LinkedHashMap<>();
    final List<ControlMessage> sent = new ArrayList<>();

    final InMemoryCheckpointStorage checkpoints = new InMemoryCheckpointStorage(journal::add);

    /** Answers of the record that are lost, so many. */
    int unknownOutcomes;

    /** Calls that are to discard output and fail, so many. */
    int failingDiscards;

    /** While it is set, calls of the record go here: nobody knows whether they will be executed. */
    List<Runnable> late;

    boolean fenced;

    /** What is found at the paths that the job reads. */
    List<FileSplit> splits =
            List.of(new FileSplit(0, "in", 0, 10, 15), new FileSplit(0, "in", 10, 5, 15));

    String prepareRefusal;
    String commitRefusal;
    JobResult result;
    JobGraph recovered;
    JobStatus lastStatus;

    private final JobMaster master;
    private int links;

    MasterFixture() {
        this(1, new TreeMap<>(), new RestartStrategy.Spec.FixedDelay(2, Duration.ofSeconds(1)));
    }

    MasterFixture(int epoch, Map<String, byte[]> record, RestartStrategy.Spec restarts) {
        this.record = new TreeMap<>(record);
        MasterSettings settings =
                MasterSettings.defaults("app", epoch, "here:1", 2, restarts)
                        .withMaxStartFailures(2);
        this.master =
                new JobMaster(
                        settings,
                        new MasterPorts(
                                time,
                                new Random(1),
                                time,
                                time,
                                new RecordingOutbox(),
                                new ManualStore(),
                                new ManualFiles(),
                                checkpoints,
                                new RecordingContainers(),
                                new RecordingObserver(),
                                new ManualCoordinators()));
        time.owner(master::on);
    }

    /** A source and a sink with two subtasks each, which share two slots of one worker. */
    static JobGraph graph(Map<String, String> configuration) {
        return new JobGraph(
                JOB,
                "count",
                List.of(
                        new JobVertex(
                                0,
                                "source",
                                2,
                                128,
                                "default",
                                new byte[] {1},
                                List.of(new FileInput(0, "in")),
                                List.of()),
                        new JobVertex(
                                1,
                                "sink",
                                2,
                                128,
                                "default",
                                new byte[] {2},
                                List.of(),
                                List.of(new FileOutput(1, "out", false)))),
                List.of(new JobEdge(0, 0, 1, 0, JobEdge.Pattern.ALL_TO_ALL, "HASH")),
                configuration);
    }

    JobState state() {
        return master.status().state();
    }

    JobStatus status() {
        return master.status();
    }

    void on(MasterEvent event) {
        time.handle(event);
    }

    MasterFixture started() {
        on(new MasterEvent.Started());
        return this;
    }

    /** Starts, and is told of the containers that an earlier master has left. */
    void startedBeside(String... containers) {
        started();
        on(new MasterEvent.PreviousContainers(onHost(containers)));
    }

    MasterFixture submitted() {
        return submitted(graph(Map.of()));
    }

    MasterFixture submitted(JobGraph graph) {
        started();
        on(new MasterEvent.Submitted(graph));
        return this;
    }

    void grant(String... ids) {
        on(new MasterEvent.ContainersGranted(onHost(ids)));
    }

    private static List<MasterEvent.Container> onHost(String... ids) {
        return Stream.of(ids).map(id -> new MasterEvent.Container(id, "host")).toList();
    }

    /** A worker connects for the first time, or again, and runs nothing. */
    String report(String worker) {
        return report(worker, List.of(), List.of(), List.of());
    }

    String report(
            String worker,
            List<ToMaster.TaskReport> tasks,
            List<ToMaster.TaskEnded> ends,
            List<AttemptId> seen) {
        String connection = worker + "#" + ++links;
        on(new MasterEvent.Connected(connection, worker));
        on(
                new MasterEvent.Received(
                        connection,
                        new ToMaster.Report(
                                new WorkerAddress(worker, "host", 1),
                                links,
                                1,
                                2,
                                new ToMaster.WorkerStart(1, 2, 3),
                                tasks,
                                ends,
                                seen)));
        return connection;
    }

    /** A worker connects, and runs some of the attempts it has seen; none of them has ended. */
    String reportRunning(String worker, List<AttemptId> running, List<AttemptId> seen) {
        return report(worker, running.stream().map(MasterFixture::runs).toList(), List.of(), seen);
    }

    /** An attempt of a first start that runs, in a report. */
    static ToMaster.TaskReport runs(AttemptId attempt) {
        return new ToMaster.TaskReport(
                attempt,
                new Generation(attempt.epoch(), attempt.counter()),
                ToMaster.Phase.RUNNING,
                attempt.subtask(),
                0);
    }

    /** All subtasks run on one worker; returns its connection. */
    String running() {
        submitted();
        grant("w1");
        String connection = report("w1");
        allRun(connection);
        return connection;
    }

    void allRun(String connection) {
        for (AttemptId attempt : List.copyOf(deployed.keySet())) {
            on(new MasterEvent.Received(connection, new ToMaster.TaskRunning(attempt)));
        }
    }

    /** Of one attempt that has gone round its loop so many times. */
    static ToMaster.WorkerBeat beat(AttemptId attempt, long loops) {
        return new ToMaster.WorkerBeat(
                1,
                List.of(
                        new ToMaster.TaskBeat(
                                attempt,
                                new SubtaskMetrics(
                                        1, 2, 3, 4, 5, 6, loops, List.of(), List.of()))));
    }

    /** A master of the same job that finds what this one has written. */
    MasterFixture next() {
        return new MasterFixture(
                2, record, new RestartStrategy.Spec.FixedDelay(2, Duration.ofSeconds(1)));
    }

    /**
     * What the one before has deployed goes on under this, on one worker; returns its connection.
     */
    String takeOver(MasterFixture before) {
        int newest = before.deployed.keySet().stream().mapToInt(AttemptId::counter).max().orElse(0);
        List<AttemptId> attempts =
                before.deployed.keySet().stream().filter(a -> a.counter() == newest).toList();
        deployed.putAll(before.deployed);
        startedBeside("w1");
        return reportRunning("w1", attempts, attempts);
    }

    void ends(String connection, AttemptId attempt, SubtaskEnd end) {
        on(new MasterEvent.Received(connection, ended(attempt, end)));
    }

    ToMaster.TaskEnded ended(AttemptId attempt, SubtaskEnd end) {
        return new ToMaster.TaskEnded(
                attempt, deployed.get(attempt).generation(), end, SubtaskMetrics.NONE);
    }

    void allEnd(String connection, SubtaskEnd end) {
        for (AttemptId attempt : List.copyOf(deployed.keySet())) {
            ends(connection, attempt, end);
        }
    }

    /** Of a job of {@link #graph}; nobody knows whether its commit is on record. */
    void finishWithoutAnswerToTheCommit(String connection) {
        for (AttemptId attempt : List.copyOf(deployed.keySet())) {
            unknownOutcomes = attempt.equals(attempt(1, 1)) ? 1 : 0;
            ends(connection, attempt, FINISHED);
        }
    }

    static SubtaskEnd failed(Failure.Category category, String sentence) {
        return new SubtaskEnd.Failed(Failure.of(category, "Task", sentence));
    }

    AttemptId attempt(int vertex, int subtask) {
        return deployed.keySet().stream()
                .filter(a -> a.vertex() == vertex && a.subtask() == subtask)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private final class RecordingOutbox implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            sent.add(message);
            if (message instanceof ToWorker.Deploy deploy) {
                deployed.put(deploy.deployment().attempt(), deploy.deployment());
                journal.add("deploy " + deploy.deployment().attempt());
            } else if (message instanceof ToWorker.Cancel cancel) {
                journal.add("cancel " + cancel.attempt());
            } else if (message instanceof ToWorker.Adopt adopt) {
                journal.add("adopt " + adopt.attempts() + " up to " + adopt.checkpointId());
            } else if (message instanceof ToWorker.Leave) {
                journal.add("leave " + connection.substring(0, connection.indexOf('#')));
            }
        }

        @Override
        public void close(String connection, String reason) {
            journal.add("close " + connection);
        }
    }

    private final class ManualStore implements JobStore {
        @Override
        public boolean canFence() {
            return true;
        }

        @Override
        public void takeOver(int epoch, Consumer<Outcome<List<Entry>>> reply) {
            if (fenced) {
                reply.accept(new Outcome.Refused<>(Reason.FENCED, "epoch 9 is there"));
                return;
            }
            journal.add("take over " + epoch);
            reply.accept(
                    unknownOutcomes-- > 0
                            ? new Outcome.Unknown<>("no answer")
                            : new Outcome.Done<>(
                                    record.entrySet().stream()
                                            .map(e -> new Entry(e.getKey(), e.getValue()))
                                            .toList()));
        }

        @Override
        public void remove(String name, Consumer<Outcome<Void>> reply) {
            if (late != null) {
                late.add(() -> record.remove(name));
                reply.accept(new Outcome.Unknown<>("no answer"));
                return;
            }
            journal.add("remove " + name);
            record.remove(name);
            reply.accept(new Outcome.Done<>(null));
        }

        @Override
        public void check(Consumer<Outcome<Void>> reply) {
            reply.accept(
                    fenced
                            ? new Outcome.Refused<>(Reason.FENCED, "epoch 9 is there")
                            : new Outcome.Done<>(null));
        }

        @Override
        public void write(String name, byte[] content, Consumer<Outcome<Void>> reply) {
            if (fenced) {
                reply.accept(new Outcome.Refused<>(Reason.FENCED, "epoch 9 is there"));
                return;
            }
            if (late != null) {
                late.add(() -> record.put(name, content));
                reply.accept(new Outcome.Unknown<>("no answer"));
                return;
            }
            journal.add("write " + name);
            record.put(name, content);
            reply.accept(
                    unknownOutcomes-- > 0
                            ? new Outcome.Unknown<>("no answer")
                            : new Outcome.Done<>(null));
        }
    }

    private final class ManualFiles implements JobFiles {
        @Override
        public void prepare(
                List<FileInput> inputs,
                List<FileOutput> outputs,
                int minSplits,
                Consumer<Result<Prepared>> reply) {
            journal.add("prepare");
            reply.accept(
                    prepareRefusal != null
                            ? new Result.Refused<>(prepareRefusal)
                            : new Result.Done<>(
                                    new Prepared(
                                            splits,
                                            splits.stream().mapToLong(FileSplit::length).sum())));
        }

        @Override
        public void commit(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
            journal.add("commit " + run);
            reply.accept(
                    commitRefusal != null
                            ? new Result.Refused<>(commitRefusal)
                            : new Result.Done<>(null));
        }

        @Override
        public void discard(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
            journal.add("discard " + run);
            reply.accept(
                    failingDiscards-- > 0
                            ? new Result.Failed<>("no file system")
                            : new Result.Done<>(null));
        }
    }

    private final class RecordingContainers implements ContainerPort {
        @Override
        public void request(int more) {
            journal.add("request " + more);
        }

        @Override
        public void withdraw(int fewer) {
            journal.add("withdraw " + fewer);
        }

        @Override
        public void release(String containerId) {
            journal.add("release " + containerId);
        }

        @Override
        public String scarcity() {
            return "of 1 GiB each";
        }
    }

    private final class RecordingObserver implements JobObserver {
        @Override
        public void recovered(JobGraph recorded) {
            journal.add("recovered " + (recorded == null ? "nothing" : recorded.jobName()));
            recovered = recorded;
        }

        @Override
        public void changed(JobStatus status) {
            lastStatus = status;
        }

        @Override
        public void ended(JobResult jobResult) {
            journal.add("ended " + jobResult.state());
            result = jobResult;
        }

        @Override
        public void fenced(String detail) {
            journal.add("fenced");
        }
    }
}

package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles.Prepared;
import io.millrace.runtime.master.JobFiles.Result;
import io.millrace.runtime.master.JobStore.Entry;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job looks at before it asks for workers, one after the other: its files; the savepoint or
 * checkpoint that it was told to begin with; the checkpoints that earlier masters have completed.
 *
 * <p>A file system that is away is asked again, some times. If the graph was on record, what an
 * earlier master has started may run, and is not given up: the file system is asked for ever, and
 * what the job has begun with may be gone.
 *
 * <p>Threads: owned by the master's loop.
 */
final class JobPreparation {
    private static final Logger LOG = LoggerFactory.getLogger(JobPreparation.class);
    private static final int TRIES = 5;

    /** The job that is prepared. */
    interface Job {
        /** Whether it waits for this; what comes when it does not is dropped. */
        boolean isPreparing();

        /** What the next step waits for, in words. */
        void waitsFor(String what);

        /** What its sources read is known, and will not change. */
        void inputIs(Prepared input);

        /** Nothing is left to be looked at. */
        void prepared();

        /** It cannot start. */
        void fail(Failure cause);
    }

    private final MasterPorts ports;
    private final Timeline timeline;
    private final JobRecord record;
    private final List<Entry> found;
    private final JobGraph graph;
    private final StartingState startingState;
    private final CheckpointCoordinator checkpoints;
    private final Job job;

    /**
     * @param found what earlier masters have left on record
     */
    JobPreparation(
            MasterPorts ports,
            Timeline timeline,
            JobRecord record,
            List<Entry> found,
            JobGraph graph,
            StartingState startingState,
            CheckpointCoordinator checkpoints,
            Job job) {
        this.ports = ports;
        this.timeline = timeline;
        this.record = record;
        this.found = found;
        this.graph = graph;
        this.startingState = startingState;
        this.checkpoints = checkpoints;
        this.job = job;
    }

    void start() {
        Entry recordedInput = JobRecord.find(found, JobRecord.INPUT);
        if (recordedInput == null) {
            prepareFiles(new BackOff(ports.random()));
        } else {
            inputIs(record.read(recordedInput, Prepared.class));
        }
    }

    // ------------------------------------------------------------------ files

    private void prepareFiles(BackOff backOff) {
        List<FileInput> inputs =
                graph.vertices().stream().flatMap(v -> v.inputs().stream()).toList();
        int widestSource =
                graph.vertices().stream()
                        .filter(v -> !v.inputs().isEmpty())
                        .mapToInt(JobVertex::parallelism)
                        .max()
                        .orElse(1);
        ports.files()
                .prepare(
                        inputs,
                        outputs(),
                        widestSource,
                        answer("files prepared", result -> prepared(result, backOff)));
    }

    private List<FileOutput> outputs() {
        return graph.vertices().stream().flatMap(v -> v.outputs().stream()).toList();
    }

    private void prepared(Result<Prepared> result, BackOff backOff) {
        if (result instanceof Result.Done<Prepared> done) {
            Prepared input = done.value();
            timeline.note("files prepared", input.splits().size() + " splits");
            if (input.splits().isEmpty() && outputs().isEmpty()) {
                inputIs(input);
            } else {
                // What a checkpoint says of splits is about these, whatever becomes of the files;
                // and the next master would find outputs that the job writes already.
                record.write(
                        JobRecord.INPUT + graph.jobId(),
                        input,
                        job::isPreparing,
                        () -> inputIs(input));
            }
        } else if (result instanceof Result.Refused<Prepared> refused) {
            job.fail(
                    Failure.of(
                            Category.CONFIG, "Job '" + graph.jobName() + "'", refused.sentence()));
        } else if (result instanceof Result.Failed<Prepared> failed) {
            Duration pause = backOff.next();
            if (hasTriedEnough(backOff)) {
                job.fail(
                        Failure.of(
                                Category.STATE,
                                "Looking at the files of job '" + graph.jobName() + "'",
                                failed.cause()));
                return;
            }
            LOG.warn("Looking at the job's files failed: {}", failed.cause());
            later("prepare again", pause, () -> prepareFiles(backOff));
        }
    }

    private boolean hasTriedEnough(BackOff backOff) {
        return backOff.tries() >= TRIES && !mayRunAlready();
    }

    private boolean mayRunAlready() {
        return JobRecord.find(found, JobRecord.GRAPH) != null;
    }

    private void inputIs(Prepared input) {
        job.inputIs(input);
        findStartingState(new BackOff(ports.random()));
    }

    // ------------------------------------------------------------------ state

    private void findStartingState(BackOff backOff) {
        if (!startingState.isNeeded(JobRecord.numbers(found, JobRecord.CHECKPOINT))) {
            recoverCheckpoints();
            return;
        }
        job.waitsFor("the savepoint or checkpoint to begin with, " + startingState.path());
        ports.checkpoints()
                .find(
                        startingState.path(),
                        answer("starting state found", result -> startFrom(result, backOff)));
    }

    private void startFrom(CheckpointStorage.Result<StoredCheckpoint> result, BackOff backOff) {
        Failure refusal = startingState.found(result);
        if (refusal == null) {
            timeline.note("starting state found", startingState.path());
            recoverCheckpoints();
        } else if (mayRunAlready() && refusal.category() != Category.CLUSTER) {
            startingState.missing(refusal);
            recoverCheckpoints();
        } else if (refusal.category() != Category.CLUSTER || hasTriedEnough(backOff)) {
            job.fail(refusal);
        } else {
            LOG.warn("{}", refusal.summary());
            later("look again", backOff.next(), () -> findStartingState(backOff));
        }
    }

    private void recoverCheckpoints() {
        job.waitsFor("the file system of its checkpoints");
        List<Long> reserved = JobRecord.numbers(found, JobRecord.IDS);
        long highest = reserved.isEmpty() ? 0 : reserved.get(reserved.size() - 1);
        long begunFrom = startingState.checkpointId();
        checkpoints.recover(
                Math.max(highest, begunFrom),
                JobRecord.numbers(found, JobRecord.CHECKPOINT),
                begunFrom > highest
                        ? () -> checkpoints.reserveIds(this::recovered)
                        : this::recovered);
    }

    private void recovered() {
        if (job.isPreparing()) {
            if (checkpoints.newestId() > 0) {
                timeline.note("checkpoint found", Long.toString(checkpoints.newestId()));
            }
            job.prepared();
        }
    }

    // ------------------------------------------------------------------ steps

    private <T> Consumer<T> answer(String what, Consumer<T> then) {
        return ports.answer(what, job::isPreparing, then);
    }

    private void later(String what, Duration pause, Runnable then) {
        ports.later(what, pause, job::isPreparing, then);
    }
}

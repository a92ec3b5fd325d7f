package io.millrace.runtime.master;

import io.millrace.api.Configuration;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointReply;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.checkpoint.SavepointListener;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.config.CheckpointOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.master.JobStore.Entry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients want of a job's savepoints: one now, or one that the job ends with; and a checkpoint
 * now.
 *
 * <p>The wish to stop is on record before anything is done for it. It is carried out when the job
 * runs, and again when it runs again, by this master or the next, until a savepoint is complete or
 * has failed for a reason of its own: the job then runs on. From the moment that the savepoint is
 * on record the job can only end: if some of its subtasks are started again, they begin from it, do
 * what was to be done on its completion, and end.
 *
 * <p>Threads: owned by the master's loop.
 */
final class SavepointRequests {
    private static final Logger LOG = LoggerFactory.getLogger(SavepointRequests.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Job job;
    private final int epoch;
    private final SavepointAnswers answers;
    private final JobRecord record;
    private final Random random;

    /** What was asked before it was known what earlier masters have left; null since. */
    private List<FromClient> early = new ArrayList<>();

    /** Requests whose savepoints an earlier master has decided, while these get their names. */
    private final Set<String> naming = new HashSet<>();

    /** Those that had their names on record when this master took it over. */
    private Set<Long> named = Set.of();

    /** Savepoints that begin when the job runs. */
    private final List<Runnable> whenRunning = new ArrayList<>();

    /** Null if nobody wants the job to stop. */
    private StopIntent stop;

    /** Requests that want the job to stop. */
    private final Set<String> stopRequests = new LinkedHashSet<>();

    private boolean stopRecorded;
    private boolean stopping;

    /** Entries of the record that this master has written for {@link #stop}. */
    private int stopsWritten;

    /** Entry of the record that counts, or null if there is none. */
    private String stopEntry;

    /** Why the job was not drained, while subtasks that may have been start again; or null. */
    private Failure drainFailure;

    /** What the savepoint that the job ends with holds, from its record on; null before. */
    private StateAssignment stoppedAt;

    /** That savepoint, once clients may be told of it; null before. */
    private SavepointRecord stopped;

    /** The part of a job that its savepoints need. */
    interface Job {
        JobState state();

        /** Why it fails or has failed, or null. */
        Failure failure();

        /** Null before its graph is known. */
        JobGraph graph();

        CheckpointCoordinator checkpoints();

        /** Whether the job has a result, or none is to come of this master. */
        boolean isOver();

        /** Does something after a while, unless the job leaves its state. */
        void later(String what, Duration pause, Runnable step);

        /** Sends whatever runs, or begins to, back to the last checkpoint. */
        void restart(Failure cause);

        /**
         * Sends what still runs, in a job of which a part has failed, back to its last checkpoint,
         * too.
         */
        void startAgain();
    }

    SavepointRequests(Job job, int epoch, Outbox outbox, JobRecord record, Random random) {
        this.job = job;
        this.epoch = epoch;
        this.answers = new SavepointAnswers(outbox);
        this.record = record;
        this.random = random;
    }

    // ------------------------------------------------------------------ the record

    /** The job has ended, or all its subtasks have, under an earlier master. */
    void foundEnded(List<Entry> entries) {
        decided(entries).stream().filter(s -> s.kind().endsJob()).forEach(this::answerStopped);
    }

    /** Takes up what an earlier master has left, once checkpoints are recovered. */
    void recover(List<Entry> entries, Runnable then) {
        recoverWish(JobRecord.inOrder(entries, JobRecord.INTENT_STOP));
        named = Set.copyOf(JobRecord.numbers(entries, JobRecord.NAMED));
        recover(
                new ArrayDeque<>(decided(entries)),
                () -> {
                    List<FromClient> asked = early;
                    early = null;
                    asked.stream()
                            .filter(request -> answers.isAwaited(request.request()))
                            .filter(request -> !naming.contains(request.request()))
                            .forEach(this::handle);
                    then.run();
                });
    }

    private void recoverWish(List<Entry> wishes) {
        for (Entry wish : wishes) {
            forgetEntry();
            stopEntry = wish.name();
            stop = record.read(wish, StopIntent.class);
        }
        if (stop == null) {
            return;
        }
        if (stop.isWithdrawn()) {
            stop = null;
            return;
        }
        stopRequests.add(stop.request());
        answers.await(stop.request());
        stopRecorded = true;
        if (stop.drain()) {
            job.checkpoints().drainMayHaveBegun();
        }
        LOG.info("An earlier master was asked to stop the job: {}", stop);
    }

    /** What is decided of savepoints, in the order of their ids. */
    private List<SavepointRecord> decided(List<Entry> entries) {
        return JobRecord.inOrderOfNumber(entries, JobRecord.SAVEPOINT).stream()
                .map(entry -> record.read(entry, SavepointRecord.class))
                .toList();
    }

    private void recover(Deque<SavepointRecord> decided, Runnable then) {
        SavepointRecord next = decided.poll();
        if (next == null) {
            then.run();
        } else if (next.kind().endsJob()) {
            job.checkpoints()
                    .recover(
                            next,
                            content -> {
                                stoppedAt = content;
                                answerStopped(next);
                                recover(decided, then);
                            });
        } else {
            name(next);
            recover(decided, then);
        }
    }

    /** The job does not need it, and need not wait for a file system that may be away for good. */
    private void name(SavepointRecord savepoint) {
        String request = savepoint.request();
        naming.add(request);
        answers.await(request);
        job.checkpoints()
                .recoverNamed(
                        savepoint,
                        named.contains(savepoint.id()),
                        lost -> {
                            naming.remove(request);
                            answer(
                                    request,
                                    lost == null ? savepoint.path() : "",
                                    lost == null ? "" : text(lost));
                        });
    }

    private void answerStopped(SavepointRecord savepoint) {
        stopped = savepoint;
        stopRequests.add(savepoint.request());
        stopRequests.forEach(r -> answer(r, savepoint.path(), ""));
    }

    /** What a start begins with in the place of the last checkpoint, to end at once; or null. */
    StateAssignment stoppedAt() {
        return stoppedAt;
    }

    /**
     * Whether subtasks may have ended their input for a savepoint that an earlier master has not
     * completed: they are not at their end, and cannot go on.
     */
    boolean mayHaveDrained() {
        return stop != null && stop.drain() && stoppedAt == null;
    }

    // ------------------------------------------------------------------ requests

    /** A program of this process asks. */
    void requested(FromClient request, Consumer<ToClient.SavepointEnded> answer) {
        answers.program(request.request(), answer);
        requested("", request);
    }

    /**
     * A client asks.
     *
     * @param connection empty if nobody waits on one
     */
    void requested(String connection, FromClient request) {
        if (answers.isKnown(connection, request.request())) {
            return;
        }
        if (early != null && job.state().mayBecome(JobState.CANCELLING)) {
            early.add(request);
        } else {
            handle(request);
        }
    }

    private void handle(FromClient request) {
        if (request instanceof FromClient.TriggerSavepoint trigger) {
            savepoint(trigger);
        } else if (request instanceof FromClient.StopJob wish) {
            stop(wish);
        } else if (request instanceof FromClient.TriggerCheckpoint trigger) {
            checkpoint(trigger);
        }
    }

    private void checkpoint(FromClient.TriggerCheckpoint trigger) {
        String request = trigger.request();
        String refusal = endRefusal();
        if (refusal == null && !CheckpointSettings.arePeriodic(job.graph().configuration())) {
            refusal =
                    "Job '"
                            + job.graph().jobName()
                            + "' takes no checkpoints: start it with"
                            + " execution.checkpointing.interval and execution.checkpointing.dir,"
                            + " or take a savepoint.";
        }
        if (refusal != null) {
            answer(request, "", refusal);
            return;
        }
        job.checkpoints()
                .checkpoint(
                        new CheckpointReply() {
                            @Override
                            public void complete(long id, String path) {
                                answer(request, path, "");
                            }

                            @Override
                            public void failed(Failure cause) {
                                answer(request, "", text(cause));
                            }
                        });
    }

    private void savepoint(FromClient.TriggerSavepoint request) {
        String refusal = refusal();
        String directory = refusal == null ? directory(request.directory()) : null;
        if (refusal == null && directory == null) {
            refusal = noDirectory();
        }
        if (refusal != null) {
            answer(request.request(), "", refusal);
            return;
        }
        Runnable begin = () -> begin(request.request(), directory);
        if (job.state() == JobState.RUNNING) {
            begin.run();
        } else {
            whenRunning.add(begin);
        }
    }

    private void begin(String request, String directory) {
        CheckpointFolder folder = newFolder(directory);
        LOG.info("Request {} is for a savepoint, which goes to {}", request, folder.path());
        job.checkpoints()
                .savepoint(
                        CheckpointKind.SAVEPOINT,
                        folder,
                        new SavepointListener() {
                            @Override
                            public String request() {
                                return request;
                            }

                            @Override
                            public void complete(SavepointRecord savepoint) {
                                answer(request, savepoint.path(), "");
                            }

                            @Override
                            public void failed(Failure cause) {
                                LOG.warn(
                                        "The savepoint of request {} failed: {}",
                                        request,
                                        cause.summary());
                                answer(request, "", text(cause));
                            }

                            @Override
                            public void interrupted(String why, boolean begun) {
                                LOG.warn(
                                        "The savepoint of request {} was given up: {}",
                                        request,
                                        why);
                                answer(
                                        request,
                                        "",
                                        "The savepoint was given up: "
                                                + why
                                                + ". Ask again when the job is RUNNING.");
                            }
                        });
    }

    private void stop(FromClient.StopJob request) {
        if (stopped != null && request.drain() == (stopped.kind() == CheckpointKind.DRAIN)) {
            answer(request.request(), stopped.path(), "");
            return;
        }
        String refusal = refusal();
        if (refusal == null && stop != null && stop.drain() != request.drain()) {
            refusal =
                    "Job '"
                            + job.graph().jobName()
                            + "' is being stopped already, "
                            + (stop.drain() ? "with" : "without")
                            + " --drain.";
        }
        if (refusal == null && directory(request.directory()) == null) {
            refusal = noDirectory();
        }
        if (refusal != null) {
            answer(request.request(), "", refusal);
            return;
        }
        stopRequests.add(request.request());
        if (stop != null) {
            return;
        }
        stop = new StopIntent(request.request(), request.directory(), request.drain());
        stopRecorded = false;
        writeWish(
                stop,
                () -> {
                    stopRecorded = true;
                    running();
                });
    }

    private void writeWish(StopIntent wish, Runnable then) {
        String entry = JobRecord.INTENT_STOP + epoch + "." + ++stopsWritten;
        record.write(
                entry,
                wish,
                () -> !job.isOver(),
                () -> {
                    forgetEntry();
                    stopEntry = entry;
                    then.run();
                });
    }

    /** A newer one counts. */
    private void forgetEntry() {
        if (stopEntry != null) {
            record.remove(stopEntry);
        }
    }

    /** Why nothing of this job can be saved any more, in a sentence; null if it can. */
    private String endRefusal() {
        String name = job.graph() == null ? "The job" : "Job '" + job.graph().jobName() + "'";
        if (!job.state().mayBecome(JobState.CANCELLING)) {
            return name + ended(job.state(), job.failure(), " already");
        }
        if (stoppedAt != null) {
            return name + " was stopped with a savepoint and is about to end.";
        }
        return null;
    }

    /** Why there can be no savepoint of this job now, in a sentence; null if there can. */
    private String refusal() {
        String over = endRefusal();
        if (over != null) {
            return over;
        }
        for (JobVertex vertex : job.graph().vertices()) {
            for (JobVertex.FileOutput output : vertex.outputs()) {
                return "'"
                        + vertex.name()
                        + "' writes "
                        + output.path()
                        + " with writeAsText, which keeps nothing in a savepoint: the lines before"
                        + " it would be lost. Cancel the job, or write with another sink.";
            }
        }
        return null;
    }

    private String directory(String asked) {
        if (!asked.isEmpty()) {
            return asked;
        }
        ParsedConfiguration options =
                ParsedConfiguration.of(Configuration.fromMap(job.graph().configuration()));
        return options.getIfSet(CheckpointOptions.SAVEPOINT_DIRECTORY)
                .or(() -> options.getIfSet(CheckpointOptions.DIRECTORY))
                .orElse(null);
    }

    private static String noDirectory() {
        return "It is not said where the savepoint is to lie: name a folder on the command line, or"
                + " set execution.checkpointing.savepoint-dir for the job.";
    }

    private CheckpointFolder newFolder(String directory) {
        String digits = String.format("%012x", random.nextLong() & 0xffff_ffff_ffffL);
        return CheckpointFolder.ofSavepoint(directory, job.graph().jobId(), digits);
    }

    // ------------------------------------------------------------------ stop

    /** All subtasks run: the moment for what was asked before. */
    void running() {
        List<Runnable> beginning = List.copyOf(whenRunning);
        whenRunning.clear();
        if (drainFailure != null && job.state() == JobState.RUNNING) {
            Failure cause = drainFailure;
            drainFailure = null;
            job.checkpoints().drainIsUndone();
            forgetStop(text(cause) + " The job has started again from its last checkpoint.");
        }
        beginning.forEach(Runnable::run);
        if (stop == null
                || !stopRecorded
                || stopping
                || stoppedAt != null
                || job.state() != JobState.RUNNING) {
            return;
        }
        stopping = true;
        boolean drain = stop.drain();
        String request = stop.request();
        CheckpointFolder folder = newFolder(directory(stop.directory()));
        LOG.info("Request {} is for a savepoint to stop with, at {}", request, folder.path());
        job.checkpoints()
                .savepoint(
                        drain ? CheckpointKind.DRAIN : CheckpointKind.STOP,
                        folder,
                        new SavepointListener() {
                            @Override
                            public String request() {
                                return request;
                            }

                            @Override
                            public void recorded(long id, StateAssignment content) {
                                stoppedAt = content;
                            }

                            @Override
                            public void complete(SavepointRecord savepoint) {
                                answerStopped(savepoint);
                            }

                            @Override
                            public void failed(Failure cause) {
                                stopFailed(cause);
                            }

                            @Override
                            public void interrupted(String why, boolean begun) {
                                stopping = false;
                                LOG.info("The job is not stopped yet: {}", why);
                                if (drain && begun) {
                                    job.startAgain();
                                }
                                if (job.state() == JobState.RUNNING) {
                                    job.later(
                                            "stop the job", RETRY, SavepointRequests.this::running);
                                }
                            }
                        });
    }

    /**
     * Subtasks that may have been drained, by this try, an earlier one or an earlier master's,
     * cannot go on. As long as one of them runs, the wish stays on record: a master that did not
     * know of it would take the end of their input for true.
     */
    private void stopFailed(Failure cause) {
        LOG.warn("The job is not stopped: {}", cause.summary());
        if (job.checkpoints().isDraining()) {
            drainFailure = cause;
            job.restart(cause);
        } else {
            forgetStop(text(cause) + " The job runs on.");
        }
    }

    /** The wish is forgotten, for the next master, too, before anybody hears of it. */
    private void forgetStop(String answer) {
        writeWish(
                StopIntent.WITHDRAWN,
                () -> {
                    List<String> asked = new ArrayList<>(stopRequests);
                    stop = null;
                    stopping = false;
                    stopRequests.clear();
                    asked.forEach(r -> answer(r, "", answer));
                });
    }

    private static String text(Failure cause) {
        String summary = cause.summary();
        return summary.endsWith(".") ? summary : summary + ".";
    }

    // ------------------------------------------------------------------ answers

    /**
     * The job has come to its end: nobody waits any longer.
     *
     * @param cause null unless it has failed
     */
    void jobEnded(JobState end, Failure cause) {
        answers.giveUp("The job" + ended(end, cause, ""));
    }

    /** A job that has failed may have done so for its savepoint. */
    private static String ended(JobState end, Failure cause, String already) {
        return " is " + end + already + (cause == null ? "." : ": " + text(cause));
    }

    /** The connection is gone; its client asks again on another. */
    void disconnected(String connection) {
        answers.disconnected(connection);
    }

    private void answer(String request, String path, String failure) {
        answers.give(new ToClient.SavepointEnded(request, path, failure));
    }
}

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of the storage that must be done before the job can go on: they are repeated, with growing
 * pauses, for as long as the file system is away.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RepeatedCalls {
    private static final Logger LOG = LoggerFactory.getLogger(RepeatedCalls.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final CheckpointPorts.Loop loop;
    private final CheckpointStorage storage;

    RepeatedCalls(CheckpointPorts.Loop loop, CheckpointStorage storage) {
        this.loop = loop;
        this.storage = storage;
    }

    /**
     * Makes a job's folder.
     *
     * @param refused gets the sentence that says why nobody may
     */
    void prepare(CheckpointFolder folder, Runnable then, Consumer<String> refused) {
        this.<Void>make(
                "making folder " + folder.path(),
                reply -> storage.prepare(folder, reply),
                made -> then.run(),
                refused,
                FIRST_PAUSE);
    }

    /**
     * Reads the metadata of a checkpoint or savepoint.
     *
     * @param damaged gets the sentence that says what of it cannot be read
     */
    void read(
            CheckpointFolder in,
            long id,
            Consumer<CheckpointMetadata> then,
            Consumer<String> damaged) {
        make(
                "reading checkpoint " + id + " in " + in.path(),
                reply -> storage.read(in, id, reply),
                then,
                damaged,
                FIRST_PAUSE);
    }

    /**
     * Gives the metadata of a checkpoint or savepoint its name.
     *
     * @param gone gets the sentence that says that there is none, as somebody has removed it
     */
    void publish(CheckpointFolder in, long id, Runnable then, Consumer<String> gone) {
        this.<Void>make(
                "naming the metadata of checkpoint " + id + " in " + in.path(),
                reply -> storage.publish(in, id, reply),
                done -> then.run(),
                gone,
                FIRST_PAUSE);
    }

    /** One call, with whoever is to hear of it. */
    private interface Call<T> {
        void make(Consumer<Result<T>> reply);
    }

    /**
     * Makes it until it is done, or repeating does not help.
     *
     * @param what names it in the log
     * @param refused gets the sentence that says why repeating does not help
     */
    private <T> void make(
            String what, Call<T> call, Consumer<T> then, Consumer<String> refused, Duration pause) {
        call.make(
                loop.answer(
                        what,
                        result -> {
                            if (result instanceof Result.Done<T> done) {
                                then.accept(done.value());
                            } else if (result instanceof Result.Damaged<T> damaged) {
                                refused.accept(damaged.sentence());
                            } else if (result instanceof Result.Refused<T> refusal) {
                                refused.accept(refusal.sentence());
                            } else if (result instanceof Result.Failed<T> failed) {
                                LOG.warn(
                                        "{} failed: {}; it is repeated in {} ms",
                                        what,
                                        failed.cause(),
                                        pause.toMillis());
                                loop.after(
                                        pause,
                                        "repeat " + what,
                                        () -> make(what, call, then, refused, longer(pause)));
                            }
                        }));
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}

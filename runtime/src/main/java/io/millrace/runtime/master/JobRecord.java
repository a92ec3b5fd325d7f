package io.millrace.runtime.master;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ToMaster.TaskEnded;
import io.millrace.runtime.master.JobStore.Entry;
import io.millrace.runtime.master.JobStore.Outcome;
import io.millrace.runtime.master.JobStore.Reason;
import io.millrace.runtime.master.MasterEvent.Continued;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The master's view of its job record: each call is repeated until its outcome is known, and
 * nothing is done on it before.
 *
 * <p>Format of the entries: {@code address-(epoch)} the control port as text; {@code graph-(job)} a
 * {@link io.millrace.runtime.graph.JobGraph}; {@code intent-(cancel|fail|commit)-(job)} an {@link
 * JobIntent}; {@code intent-stop-(epoch).(n)} a {@link StopIntent}, of which the newest counts;
 * {@code savepoint-(id)} a {@link io.millrace.runtime.checkpoint.SavepointRecord} of a savepoint
 * that is complete, the last ones of which stay so that who asks again hears of them; {@code
 * named-(id)} a text for people, that this savepoint has its name and whoever has asked may know of
 * it; {@code end-(job)} a {@link JobResult}; {@code input-(job)} a {@link JobFiles.Prepared};
 * {@code finished-(epoch).(n)} a {@link FinishedSubtasks}; {@code intent-restart-(epoch).(n)} a
 * {@link RestartIntent}; these as written by {@link ControlCodec}. {@code ids-upto-(n)}: checkpoint
 * ids up to n are reserved; {@code chk-(id)}: the checkpoint is complete; both hold a text for
 * people, what counts is the name. {@code coord-(n)}: a {@link
 * io.millrace.runtime.coordinate.CoordinatorRecord}; the one with the highest number counts.
 *
 * <p>Threads: owned by the master's loop.
 */
final class JobRecord {
    private static final Logger LOG = LoggerFactory.getLogger(JobRecord.class);

    static final String ADDRESS = "address-";
    static final String GRAPH = "graph-";
    static final String INTENT_CANCEL = "intent-cancel-";
    static final String INTENT_FAIL = "intent-fail-";
    static final String INTENT_COMMIT = "intent-commit-";
    static final String INTENT_RESTART = "intent-restart-";
    static final String INPUT = "input-";
    static final String FINISHED = "finished-";
    static final String INTENT_STOP = "intent-stop-";
    static final String END = "end-";
    static final String IDS = "ids-upto-";
    static final String CHECKPOINT = "chk-";
    static final String SAVEPOINT = "savepoint-";
    static final String NAMED = "named-";
    static final String COORDINATORS = "coord-";

    private final MasterPorts ports;
    private final ControlCodec codec = new ControlCodec();
    private final Consumer<String> onFenced;

    JobRecord(MasterPorts ports, Consumer<String> onFenced) {
        this.ports = ports;
        this.onFenced = onFenced;
    }

    /** Takes the record over; {@code then} gets all of it. */
    void takeOver(int epoch, Consumer<List<Entry>> then) {
        takeOver(epoch, then, new BackOff(ports.random()));
    }

    private void takeOver(int epoch, Consumer<List<Entry>> then, BackOff backOff) {
        ports.store()
                .takeOver(
                        epoch,
                        outcome ->
                                answered(
                                        "record taken over",
                                        () ->
                                                handle(
                                                        outcome,
                                                        "taking the job record over",
                                                        backOff,
                                                        () -> true,
                                                        then,
                                                        () -> takeOver(epoch, then, backOff))));
    }

    /**
     * Adds an entry.
     *
     * @param wanted whether it still is, asked before each repetition and before {@code then}
     */
    void write(String name, byte[] content, BooleanSupplier wanted, Runnable then) {
        write(name, content, wanted, then, new BackOff(ports.random()));
    }

    /** Adds an entry, written by the codec. */
    void write(String name, Record content, BooleanSupplier wanted, Runnable then) {
        write(name, codec.encode(content), wanted, then);
    }

    private void write(
            String name, byte[] content, BooleanSupplier wanted, Runnable then, BackOff backOff) {
        ports.store()
                .write(
                        name,
                        content,
                        outcome ->
                                answered(
                                        "written " + name,
                                        () ->
                                                handle(
                                                        outcome,
                                                        "writing " + name,
                                                        backOff,
                                                        wanted,
                                                        done -> then.run(),
                                                        () ->
                                                                write(
                                                                        name, content, wanted, then,
                                                                        backOff))));
    }

    /** Removes an entry that nobody needs; if it stays, the next master removes it. */
    void remove(String name) {
        ports.store()
                .remove(
                        name,
                        outcome ->
                                answered(
                                        "removed " + name,
                                        () -> {
                                            if (outcome instanceof Outcome.Refused<Void> refused) {
                                                onFenced.accept(
                                                        "removing "
                                                                + name
                                                                + " was refused: "
                                                                + refused.detail());
                                            } else if (outcome instanceof Outcome.Unknown<Void> u) {
                                                LOG.debug("{} may stay: {}", name, u.cause());
                                            }
                                        }));
    }

    /**
     * Looks whether another master has taken the record over.
     *
     * @param then called if nobody has, or nobody knows
     */
    void check(Runnable then) {
        ports.store()
                .check(
                        outcome ->
                                answered(
                                        "record looked at",
                                        () -> {
                                            if (outcome instanceof Outcome.Refused<Void> refused) {
                                                onFenced.accept(refused.detail());
                                            } else {
                                                then.run();
                                            }
                                        }));
    }

    /** The numbers behind a prefix in the names of all entries that begin with it, ascending. */
    static List<Long> numbers(List<Entry> entries, String prefix) {
        return entries.stream()
                .filter(e -> e.name().startsWith(prefix))
                .map(e -> Long.parseLong(e.name().substring(prefix.length())))
                .sorted()
                .toList();
    }

    /** Entries {@code (prefix)(n)}, oldest first. */
    static List<Entry> inOrderOfNumber(List<Entry> entries, String prefix) {
        return entries.stream()
                .filter(e -> e.name().startsWith(prefix))
                .sorted(Comparator.comparingLong(e -> number(e, prefix)))
                .toList();
    }

    static long number(Entry entry, String prefix) {
        return Long.parseLong(entry.name().substring(prefix.length()));
    }

    /** Entries {@code (prefix)(epoch).(n)}, oldest first. */
    static List<Entry> inOrder(List<Entry> entries, String prefix) {
        return entries.stream()
                .filter(e -> e.name().startsWith(prefix))
                .sorted(
                        Comparator.<Entry>comparingInt(e -> part(e, prefix, 0))
                                .thenComparingInt(e -> part(e, prefix, 1)))
                .toList();
    }

    private static int part(Entry entry, String prefix, int at) {
        return Integer.parseInt(entry.name().substring(prefix.length()).split("\\.")[at]);
    }

    private void answered(String what, Runnable step) {
        ports.inbox().put(new Continued(what, step));
    }

    private <T> void handle(
            Outcome<T> outcome,
            String what,
            BackOff backOff,
            BooleanSupplier wanted,
            Consumer<T> then,
            Runnable again) {
        if (outcome instanceof Outcome.Refused<T> refused) {
            if (refused.reason() == Reason.EXISTS) {
                // nobody but this master writes under this epoch, and it repeats itself verbatim
                throw new IllegalStateException(what + " was refused: " + refused.detail());
            }
            onFenced.accept(what + " was refused: " + refused.detail());
        } else if (!wanted.getAsBoolean()) {
            LOG.debug("{} is not wanted any more", what);
        } else if (outcome instanceof Outcome.Done<T> done) {
            then.accept(done.value());
        } else if (outcome instanceof Outcome.Unknown<T> unknown) {
            Duration pause = backOff.next();
            LOG.warn(
                    "Nobody knows whether {} was done ({}); try {} follows in {} ms, nothing is"
                            + " done on it until then",
                    what,
                    unknown.cause(),
                    backOff.tries() + 1,
                    pause.toMillis());
            ports.timers()
                    .schedule(
                            pause,
                            new Continued(
                                    "repeat " + what,
                                    () -> {
                                        if (wanted.getAsBoolean()) {
                                            again.run();
                                        }
                                    }));
        }
    }

    /** The entry whose name begins so, or null. */
    static Entry find(List<Entry> entries, String prefix) {
        return entries.stream().filter(e -> e.name().startsWith(prefix)).findFirst().orElse(null);
    }

    /** What each entry says of attempts that have finished, oldest first. */
    Map<String, FinishedSubtasks> finishedEntries(List<Entry> entries) {
        return readAll(inOrder(entries, FINISHED), FinishedSubtasks.class);
    }

    /** Attempts that have finished. */
    List<TaskEnded> finished(List<Entry> entries) {
        return finishedEntries(entries).values().stream().flatMap(f -> f.ends().stream()).toList();
    }

    /** Restarts by the names of their entries, oldest first. */
    Map<String, RestartIntent> restarts(List<Entry> entries) {
        return readAll(inOrder(entries, INTENT_RESTART), RestartIntent.class);
    }

    private <T> Map<String, T> readAll(List<Entry> entries, Class<T> type) {
        Map<String, T> contents = new LinkedHashMap<>();
        entries.forEach(entry -> contents.put(entry.name(), read(entry, type)));
        return contents;
    }

    <T> T read(Entry entry, Class<T> type) {
        try {
            return type.cast(codec.decode(entry.content()));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Entry "
                            + entry.name()
                            + " of the job record, "
                            + entry.content().length
                            + " bytes, cannot be read",
                    e);
        }
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

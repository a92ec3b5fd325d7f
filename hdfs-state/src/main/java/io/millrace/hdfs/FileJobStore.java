package io.millrace.hdfs;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.master.JobStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The job record as one folder that moves forward from epoch to epoch; its layout is in {@link
 * JobRecord}.
 *
 * <p>Two renames, which the file system puts in an order, are all there is to the fence: taking
 * over renames the epoch's folder, and adding a record renames a finished file into it. Only the
 * launcher ever makes such a folder, and nothing is made directly in one; so once the folder has
 * moved on, whatever an older master still tries to put there has no place to go.
 *
 * <p>An exception says nothing about what happened: the NameNode may have done it and died before
 * it answered. After any, this class looks what is there, tries again while that is safe, and
 * answers Unknown only if it could not find out. A rename that is still on its way then does no
 * harm: it finds the record there, or the folder gone.
 *
 * <p>Threads: any; the work is done by the executor given, in which a call may block for as long as
 * the file system does. With one thread in it, calls are carried out in their order.
 */
public final class FileJobStore implements JobStore {
    /** File systems whose rename neither overwrites nor copies, and fails if the folder is gone. */
    private static final Set<String> FENCING =
            Set.of("file", "hdfs", "viewfs", "ofs", "abfs", "abfss");

    private static final int TRIES = 3;

    private final JobRecord record;
    private final Executor executor;
    private final Supplier<String> random;

    /** Epoch whose folder we have tried to make ours; 0 before. */
    private volatile int tried;

    /** Epoch whose folder we know to have been ours; 0 before. */
    private volatile int owned;

    /**
     * The store of one application.
     *
     * @param haDir the option {@code high-availability.storageDir}
     * @param random letters and digits, different at each call and in each process
     */
    public FileJobStore(
            FileSystem files,
            String haDir,
            String application,
            Executor executor,
            Supplier<String> random) {
        this.record = JobRecord.of(files, haDir, application);
        this.executor = executor;
        this.random = random;
    }

    /**
     * Makes the record of an application that is about to be submitted. Only the launcher calls
     * this, once: a second call for the same application is refused, as it could bring back an
     * epoch that was fenced.
     *
     * @throws FileAlreadyExistsException if there is one
     */
    public static void create(FileSystem files, String haDir, String application)
            throws IOException {
        JobRecord record = JobRecord.of(files, haDir, application);
        if (files.exists(record.folder())) {
            throw new FileAlreadyExistsException(record.folder().toString());
        }
        if (files instanceof HadoopFileSystem hadoop) {
            // Who can write here can tell the workers whom to obey.
            hadoop.makePrivateFolder(record.folder());
        }
        files.makeFolders(record.tmp());
        files.makeFolders(record.epoch(0));
    }

    @Override
    public boolean canFence() {
        return canFence(record.folder());
    }

    /** Whether a path lies on a file system on which a record can be fenced. */
    public static boolean canFence(URI path) {
        String scheme = path.getScheme() == null ? "file" : path.getScheme();
        return FENCING.contains(scheme.toLowerCase(Locale.ROOT));
    }

    @Override
    public void takeOver(int epoch, Consumer<Outcome<List<Entry>>> reply) {
        if (epoch < 1) {
            throw new IllegalArgumentException("Epochs begin at 1, not " + epoch + ".");
        }
        executor.execute(() -> reply.accept(known(() -> takeOver(epoch))));
    }

    @Override
    public void write(String name, byte[] content, Consumer<Outcome<Void>> reply) {
        int epoch = owned;
        if (epoch == 0) {
            throw new IllegalStateException(
                    "Record " + name + " before the record was taken over.");
        }
        record.entry(epoch, name); // refuses a name that is none
        byte[] copy = content.clone();
        executor.execute(() -> reply.accept(known(() -> write(epoch, name, copy))));
    }

    /**
     * A name is never used for two records, so that a removal that comes late, or twice, takes away
     * nothing else; and below a folder that has moved on there is nothing to be found.
     */
    @Override
    public void remove(String name, Consumer<Outcome<Void>> reply) {
        int epoch = owned;
        if (epoch == 0) {
            throw new IllegalStateException(
                    "Record " + name + " is to be removed before the record was taken over.");
        }
        URI target = record.entry(epoch, name);
        executor.execute(
                () ->
                        reply.accept(
                                known(
                                        () -> {
                                            if (record.files().delete(target)) {
                                                return new Outcome.Done<>(null);
                                            }
                                            return isOwned(epoch)
                                                    ? new Outcome.Done<>(null)
                                                    : fenced(epoch);
                                        })));
    }

    @Override
    public void check(Consumer<Outcome<Void>> reply) {
        int epoch = owned;
        if (epoch == 0) {
            throw new IllegalStateException("The record is to be checked before its takeover.");
        }
        executor.execute(
                () ->
                        reply.accept(
                                known(
                                        () ->
                                                isOwned(epoch)
                                                        ? new Outcome.Done<>(null)
                                                        : fenced(epoch))));
    }

    private Outcome<List<Entry>> takeOver(int epoch) throws IOException {
        IOException last = null;
        int renames = 0;
        for (int looks = 0; looks <= 2 * TRIES; looks++) {
            OptionalInt owner;
            try {
                owner = record.owner();
            } catch (FileNotFoundException e) {
                return new Outcome.Refused<>(
                        Reason.ABSENT, "There is no job record at " + record.folder() + ".");
            }
            if (owner.isEmpty()) {
                continue; // seen between two names
            }
            int found = owner.getAsInt();
            if (found > epoch || (found == epoch && tried != epoch)) {
                // YARN gives each attempt a number of its own, and an attempt is one process: this
                // epoch is ours exactly if this object has tried to make it so.
                return new Outcome.Refused<>(
                        Reason.FENCED,
                        "The job record at "
                                + record.folder()
                                + " belongs to epoch "
                                + found
                                + "; this is epoch "
                                + epoch
                                + ".");
            }
            if (found == epoch) {
                Outcome<List<Entry>> all = readAll(epoch);
                if (all != null) {
                    owned = epoch;
                    return all;
                }
                continue; // moved on while it was read: the next look says to whom
            }
            if (renames == TRIES) {
                break;
            }
            renames++;
            tried = epoch;
            try {
                record.files().rename(record.epoch(found), record.epoch(epoch));
            } catch (IOException e) {
                last = e; // whether it was done is seen at the next look
            }
        }
        return new Outcome.Unknown<>(
                "Epoch "
                        + epoch
                        + " could not see that the job record at "
                        + record.folder()
                        + " is its own"
                        + (last == null ? "." : ": " + last));
    }

    /** All records of an epoch; null if its folder has moved on meanwhile. */
    private Outcome<List<Entry>> readAll(int epoch) throws IOException {
        try {
            List<Entry> entries = new ArrayList<>();
            for (FileStatus status : record.files().list(record.epoch(epoch))) {
                if (!status.folder()) {
                    entries.add(
                            new Entry(JobRecord.name(status.path()), record.read(status.path())));
                }
            }
            return new Outcome.Done<>(entries);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private Outcome<Void> write(int epoch, String name, byte[] content) throws IOException {
        URI target = record.entry(epoch, name);
        IOException last = null;
        for (int i = 0; i < TRIES; i++) {
            URI draft =
                    FileSystems.below(
                            record.tmp(), "epoch-" + epoch + "." + name + "." + random.get());
            try {
                try (OutputStream out = record.files().create(draft, false)) {
                    out.write(content);
                }
                record.files().rename(draft, target);
                return new Outcome.Done<>(null);
            } catch (IOException e) {
                last = e;
            }
            Outcome<Void> seen = look(epoch, target, content);
            if (seen != null) {
                removeDraft(draft, seen);
                return seen;
            }
        }
        return new Outcome.Unknown<>("Record " + target + " could not be written: " + last);
    }

    /** What has become of a record; null if it is not there and may still be written. */
    private Outcome<Void> look(int epoch, URI target, byte[] content) throws IOException {
        try {
            byte[] there = record.read(target);
            return Arrays.equals(there, content)
                    ? new Outcome.Done<>(null)
                    : new Outcome.Refused<>(
                            Reason.EXISTS, "There is a record " + target + " with other content.");
        } catch (FileNotFoundException e) {
            // Not there: is it the record that is missing, or the folder?
        }
        return isOwned(epoch) ? null : fenced(epoch);
    }

    private boolean isOwned(int epoch) throws IOException {
        return record.files().exists(record.epoch(epoch));
    }

    private Outcome<Void> fenced(int epoch) {
        return new Outcome.Refused<>(
                Reason.FENCED,
                "Epoch "
                        + epoch
                        + " does not own the job record at "
                        + record.folder()
                        + " any more; it belongs to "
                        + ownerText()
                        + ".");
    }

    private String ownerText() {
        try {
            OptionalInt owner = record.owner();
            return owner.isPresent() ? "epoch " + owner.getAsInt() : "another epoch";
        } catch (FileNotFoundException e) {
            return "nobody, as the job has ended";
        } catch (IOException e) {
            return "another epoch";
        }
    }

    /**
     * The outcome is known, so what happens here does not matter. Creating the draft may have
     * brought the folders of a record back that was swept: they go again if nothing else is in
     * them.
     */
    private void removeDraft(URI draft, Outcome<Void> seen) {
        try {
            record.files().delete(draft);
            if (seen instanceof Outcome.Refused<Void> refused
                    && refused.reason() == Reason.FENCED
                    && record.owner().isEmpty()
                    && record.files().deleteEmptyFolder(record.tmp())) {
                record.files().deleteEmptyFolder(record.folder());
            }
        } catch (IOException e) {
            // left for the sweep at the end of the job
        }
    }

    private static <T> Outcome<T> known(Call<T> call) {
        try {
            return call.run();
        } catch (Throwable t) {
            // errors, too, as of a class that is missing: the answer is waited for
            return new Outcome.Unknown<>(t.toString());
        }
    }

    /** One call's work; an exception says that nobody knows. */
    private interface Call<T> {
        Outcome<T> run() throws IOException;
    }
}

package io.millrace.runtime.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Keeps metadata in maps and answers at once; whatever is called is a line of the journal. */
public final class InMemoryCheckpointStorage implements CheckpointStorage {
    public final TreeMap<Long, CheckpointMetadata> pending = new TreeMap<>();
    public final TreeMap<Long, CheckpointMetadata> complete = new TreeMap<>();

    /** What stayed of shared files when others went. */
    public Set<String> sharedFiles = Set.of();

    /** What lies elsewhere, by path. */
    public final TreeMap<String, StoredCheckpoint> stored = new TreeMap<>();

    /** Calls that fail before they do anything. */
    public int failures;

    /** Whether what is older stays, as the file system refuses to remove it. */
    public boolean refusesToRemove;

    /** Replies that are held back while this is not null. */
    public List<Runnable> held;

    /** Those in folders of their own. */
    public final Map<Long, CheckpointMetadata> savepoints = new TreeMap<>();

    private final Consumer<String> journal;

    public InMemoryCheckpointStorage(Consumer<String> journal) {
        this.journal = journal;
    }

    private <T> void reply(Consumer<Result<T>> reply, Result<T> result) {
        if (held != null) {
            held.add(() -> reply.accept(result));
        } else {
            reply.accept(result);
        }
    }

    /** Answers what was held back. */
    public void release() {
        List<Runnable> replies = held;
        held = null;
        replies.forEach(Runnable::run);
    }

    public void hold() {
        held = new ArrayList<>();
    }

    private <T> boolean fails(String call, Consumer<Result<T>> reply) {
        journal.accept(call);
        if (failures > 0) {
            failures--;
            reply(reply, new Result.Failed<>("no file system"));
            return true;
        }
        return false;
    }

    @Override
    public void prepare(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        if (!fails(
                folder.layout() == CheckpointFolder.Layout.JOB
                        ? "make folder"
                        : "make " + folder.path(),
                reply)) {
            reply(reply, new Result.Done<>(null));
        }
    }

    @Override
    public void writePending(
            CheckpointFolder folder, CheckpointMetadata metadata, Consumer<Result<Void>> reply) {
        if (!fails("write metadata " + metadata.id(), reply)) {
            pending.put(metadata.id(), metadata);
            reply(reply, new Result.Done<>(null));
        }
    }

    @Override
    public void publish(CheckpointFolder folder, long id, Consumer<Result<Void>> reply) {
        if (!fails("publish " + id, reply)) {
            CheckpointMetadata metadata = pending.remove(id);
            Map<Long, CheckpointMetadata> named =
                    folder.layout() == CheckpointFolder.Layout.JOB ? complete : savepoints;
            if (metadata != null) {
                named.put(id, metadata);
            }
            reply(
                    reply,
                    named.containsKey(id)
                            ? new Result.Done<>(null)
                            : new Result.Damaged<>("no metadata of " + id));
        }
    }

    @Override
    public void read(CheckpointFolder folder, long id, Consumer<Result<CheckpointMetadata>> reply) {
        if (!fails("read " + id, reply)) {
            CheckpointMetadata found =
                    complete.getOrDefault(id, savepoints.getOrDefault(id, pending.get(id)));
            reply(
                    reply,
                    found == null
                            ? new Result.Damaged<>("no metadata of " + id)
                            : new Result.Done<>(found));
        }
    }

    @Override
    public void find(String path, Consumer<Result<StoredCheckpoint>> reply) {
        if (!fails("find " + path, reply)) {
            StoredCheckpoint found = stored.get(path);
            reply(
                    reply,
                    found == null
                            ? new Result.Damaged<>("nothing at " + path)
                            : new Result.Done<>(found));
        }
    }

    @Override
    public void removeClaimed(String path, Consumer<Result<Void>> reply) {
        if (!fails("remove " + path, reply)) {
            stored.remove(path);
            reply(reply, new Result.Done<>(null));
        }
    }

    @Override
    public void retain(CheckpointFolder folder, Retained retained, Consumer<Result<Void>> reply) {
        if (!fails("retain " + new TreeSet<>(retained.ids()), reply)) {
            if (refusesToRemove) {
                reply(reply, new Result.Failed<>("nothing can be removed"));
                return;
            }
            pending.headMap(retained.below()).keySet().retainAll(retained.ids());
            sharedFiles = retained.sharedFiles();
            complete.headMap(retained.below()).keySet().retainAll(retained.ids());
            reply(reply, new Result.Done<>(null));
        }
    }

    @Override
    public void remove(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        boolean job = folder.layout() == CheckpointFolder.Layout.JOB;
        if (!fails(job ? "remove all" : "remove " + folder.path(), reply)) {
            if (job) {
                pending.clear();
                complete.clear();
            }
            reply(reply, new Result.Done<>(null));
        }
    }
}

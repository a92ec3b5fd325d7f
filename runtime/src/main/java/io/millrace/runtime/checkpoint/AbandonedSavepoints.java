package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the folders of savepoints that this master has begun and given up.
 *
 * <p>Only those whose completion it had not begun to decide, or whose metadata somebody has removed
 * before it had its name: nobody else can complete such a one, since a later master only completes
 * what is on record. Their folders have names that were never told to anybody. What an earlier
 * master had begun is not known here, and stays.
 *
 * <p>Workers, and the storage itself, may still be writing when a savepoint is given up, which
 * makes the folder anew: it is removed again when they answer.
 *
 * <p>Threads: owned by the master's loop.
 */
final class AbandonedSavepoints {
    private static final Logger LOG = LoggerFactory.getLogger(AbandonedSavepoints.class);

    /** That are remembered, as answers may come. */
    private static final int MOST = 100;

    private final CheckpointStorage storage;
    private final CheckpointPorts.Loop loop;
    private final TreeMap<Long, CheckpointFolder> folders = new TreeMap<>();

    AbandonedSavepoints(CheckpointPorts ports) {
        this.storage = ports.storage();
        this.loop = ports.loop();
    }

    /** One that workers may have heard of. */
    void add(long id, CheckpointFolder folder) {
        folders.put(id, folder);
        if (folders.size() > MOST) {
            folders.pollFirstEntry();
        }
        remove(folder);
    }

    /** One of which only the folder was made. */
    void remove(CheckpointFolder folder) {
        storage.remove(
                folder,
                loop.answer(
                        "folder of a savepoint that was given up removed",
                        result -> {
                            if (!(result instanceof Result.Done<Void>)) {
                                LOG.warn(
                                        "The folder {} of a savepoint that was given up stays: {}",
                                        folder.path(),
                                        result);
                            }
                        }));
    }

    /** Something has ended that may have been written for a checkpoint that is not awaited. */
    void written(long id) {
        CheckpointFolder folder = folders.get(id);
        if (folder != null) {
            remove(folder);
        }
    }
}

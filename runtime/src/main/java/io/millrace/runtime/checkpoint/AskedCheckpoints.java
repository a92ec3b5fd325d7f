package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Checkpoints that somebody has asked for between those that are taken by themselves.
 *
 * <p>Whoever asks gets the next one that begins, with all others who have asked by then. If that is
 * given up because of something else, e.g. since the job starts again, the next one is for them.
 *
 * <p>Threads: owned by the master's loop.
 */
final class AskedCheckpoints {

    /** For whom none has begun. */
    private final List<CheckpointReply> waiting = new ArrayList<>();

    private final TreeMap<Long, List<CheckpointReply>> begun = new TreeMap<>();

    void ask(CheckpointReply reply) {
        waiting.add(reply);
    }

    /** Whether one is to begin. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    void begun(long id) {
        if (isAwaited()) {
            begun.put(id, new ArrayList<>(waiting));
            waiting.clear();
        }
    }

    /** It is complete on record: what began before it is not needed any more. */
    void decided(long id) {
        var earlier = begun.headMap(id);
        List<CheckpointReply> replies = earlier.values().stream().flatMap(List::stream).toList();
        earlier.clear();
        if (!replies.isEmpty()) {
            begun.computeIfAbsent(id, i -> new ArrayList<>()).addAll(replies);
        }
    }

    void complete(long id, String path) {
        taken(id).forEach(reply -> reply.complete(id, path));
    }

    void failed(long id, Failure cause) {
        taken(id).forEach(reply -> reply.failed(cause));
    }

    /** It is given up. */
    void again(long id) {
        waiting.addAll(taken(id));
    }

    private List<CheckpointReply> taken(long id) {
        List<CheckpointReply> replies = begun.remove(id);
        return replies == null ? List.of() : replies;
    }
}

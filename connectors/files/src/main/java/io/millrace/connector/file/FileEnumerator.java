package io.millrace.connector.file;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import java.io.FileNotFoundException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands splits of files to readers that ask, those first that lie on the reader's host.
 *
 * <p>Threads: the enumerator's; files are looked for on another.
 */
final class FileEnumerator implements SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint> {
    private static final Logger LOG = LoggerFactory.getLogger(FileEnumerator.class);

    private final SplitEnumeratorContext<FileSourceSplit> context;
    private final FileFinder finder;

    /** From one look to the next; null if there is only one. */
    private final Duration pause;

    private final Deque<FileSourceSplit> pending = new ArrayDeque<>();
    private final Set<String> known = new TreeSet<>();

    /** Subtasks that have asked, with their hosts, in the order in which they did. */
    private final Map<Integer, String> waiting = new LinkedHashMap<>();

    private boolean lookedFor;

    FileEnumerator(
            SplitEnumeratorContext<FileSourceSplit> context,
            FileFinder finder,
            Duration pause,
            PendingSplitsCheckpoint restored) {
        this.context = context;
        this.finder = finder;
        this.pause = pause;
        if (restored != null) {
            lookedFor = restored.lookedFor();
            pending.addAll(restored.splits());
            known.addAll(restored.known());
        }
    }

    @Override
    public void start() {
        if (pause != null) {
            // a copy each time, as the call is made on another thread
            context.callAsync(() -> finder.find(knownNow()), this::found, 0, pause.toMillis());
        } else if (!lookedFor) {
            context.callAsync(() -> finder.find(Set.of()), this::found);
        }
    }

    private synchronized Set<String> knownNow() {
        return Set.copyOf(known);
    }

    private void found(FileFinder.Found found, Throwable thrown) {
        if (thrown != null) {
            if (pause != null && lookedFor) {
                // what is there is read on; the next look may succeed
                LOG.warn("Looking for files failed: {}", thrown.toString());
                return;
            }
            if (thrown instanceof FileNotFoundException e) {
                throw new InvalidProgramException(e.getMessage());
            }
            throw new IllegalStateException("Looking for files failed", thrown);
        }
        lookedFor = true;
        for (FileFinder.FoundFile file : found.files()) {
            if (pause != null && !remember(file.path())) {
                continue;
            }
            pending.addAll(file.splits());
        }
        serve();
    }

    private synchronized boolean remember(String path) {
        return known.add(path);
    }

    @Override
    public void addReader(int subtaskId) {
        // it asks
    }

    @Override
    public void handleSplitRequest(int subtaskId, String requesterHostname) {
        waiting.put(subtaskId, requesterHostname);
        serve();
    }

    private void serve() {
        waiting.keySet().retainAll(context.registeredReaders().keySet());
        Iterator<Map.Entry<Integer, String>> each = waiting.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, String> reader = each.next();
            FileSourceSplit split = next(reader.getValue());
            if (split != null) {
                context.assignSplit(split, reader.getKey());
                each.remove();
            } else if (lookedFor && pause == null) {
                context.signalNoMoreSplits(reader.getKey());
                each.remove();
            }
        }
    }

    private FileSourceSplit next(String host) {
        for (FileSourceSplit split : pending) {
            if (split.hosts().contains(host)) {
                pending.remove(split);
                return split;
            }
        }
        return pending.poll();
    }

    @Override
    public void addSplitsBack(List<FileSourceSplit> splits, int subtaskId) {
        for (int i = splits.size() - 1; i >= 0; i--) {
            pending.addFirst(splits.get(i));
        }
        waiting.remove(subtaskId);
        serve();
    }

    @Override
    public PendingSplitsCheckpoint snapshotState(long checkpointId) {
        return new PendingSplitsCheckpoint(lookedFor, List.copyOf(pending), knownNow());
    }

    @Override
    public void close() {}
}

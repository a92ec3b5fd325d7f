package io.millrace.runtime.operator;

import io.millrace.api.Configuration;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.runtime.coordinate.SourceMessages;
import io.millrace.runtime.coordinate.ToCoordinator;
import io.millrace.runtime.coordinate.ToReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A reader's side of what it and its coordinator tell each other: numbers, and what has to be told
 * again on a new connection.
 *
 * <p>Threads: any, as readers ask for splits from whichever thread they like.
 */
final class CoordinatorLink implements SourceReaderContext {
    private final String operatorName;
    private final String uid;
    private final SubtaskContext subtask;
    private final MetricGroup metrics;
    private final Deque<ToCoordinator.Event> unheard = new ArrayDeque<>();
    private long sequence;
    private long received;

    /** Number of the request that was not answered yet, or 0. */
    private long request;

    CoordinatorLink(String operatorName, String uid, SubtaskContext subtask) {
        this.operatorName = operatorName;
        this.uid = uid;
        this.subtask = subtask;
        this.metrics = subtask.values().group(operatorName);
    }

    /** The first thing that the coordinator gets on a connection. */
    synchronized void register(int link) {
        tell(new ToCoordinator.Register(link, received, request, List.copyOf(unheard)));
    }

    /**
     * Tells how far event time has come.
     *
     * @param watermarkMillis as in {@link ToCoordinator.ReportWatermark}
     */
    void tellWatermark(long watermarkMillis) {
        tell(new ToCoordinator.ReportWatermark(watermarkMillis));
    }

    /** Whether a message has not come before and is the reader's business. */
    synchronized boolean isNew(ToReader message) {
        if (message instanceof ToReader.Heard heard) {
            unheard.removeIf(event -> event.sequence() <= heard.upTo());
            return false;
        }
        long number;
        if (message instanceof ToReader.AddSplits add) {
            number = add.sequence();
        } else if (message instanceof ToReader.NoMoreSplits end) {
            number = end.sequence();
        } else {
            number = ((ToReader.Event) message).sequence();
        }
        if (number <= received) {
            return false;
        }
        received = number;
        if (message instanceof ToReader.NoMoreSplits
                || message instanceof ToReader.AddSplits given && given.answers() >= request) {
            request = 0;
        }
        return true;
    }

    @Override
    public synchronized void sendSplitRequest() {
        request = ++sequence;
        tell(new ToCoordinator.RequestSplit(request, received));
    }

    @Override
    public synchronized void sendSourceEventToCoordinator(SourceEvent event) {
        ToCoordinator.Event told = new ToCoordinator.Event(++sequence, written(event));
        unheard.add(told);
        tell(told);
    }

    private void tell(ToCoordinator message) {
        subtask.coordinators().tell(uid, SourceMessages.write(message));
    }

    private byte[] written(SourceEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(event);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "An event of '" + operatorName + "' cannot be written: " + event.getClass(), e);
        }
        return bytes.toByteArray();
    }

    @Override
    public MetricGroup metricGroup() {
        return metrics;
    }

    @Override
    public Configuration getConfiguration() {
        return Configuration.fromMap(subtask.deployment().configuration());
    }

    @Override
    public String getLocalHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public int getIndexOfSubtask() {
        return subtask.subtask();
    }

    @Override
    public int currentParallelism() {
        return subtask.parallelism();
    }

    @Override
    public ClassLoader getUserCodeClassLoader() {
        return subtask.classes().userClassLoader();
    }
}

package io.millrace.master.yarn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Remembers what YARN has said, and waits for it. */
final class RecordingEvents implements ContainerEvents {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<String> all = new ArrayList<>();

    private synchronized void add(String event) {
        all.add(event);
        notifyAll();
    }

    synchronized List<String> all() {
        return List.copyOf(all);
    }

    /** Waits until an event with this beginning has come. */
    synchronized void await(String beginning) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (all.stream().noneMatch(event -> event.startsWith(beginning))) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "No event '" + beginning + "' within " + TIMEOUT + ": " + all);
            }
            wait(left);
        }
    }

    @Override
    public void granted(long askId, GrantedContainer container) {
        add("granted " + askId + " " + container);
    }

    @Override
    public void started(String containerId) {
        add("started " + containerId);
    }

    @Override
    public void startFailed(String containerId, String sentence) {
        add("start failed " + containerId + ": " + sentence);
    }

    @Override
    public void ended(String containerId, String sentence) {
        add("ended " + containerId + ": " + sentence);
    }

    @Override
    public void previous(List<GrantedContainer> containers) {
        add("previous " + containers.stream().map(GrantedContainer::id).toList());
    }

    @Override
    public void nodeSays(String containerId, String sentence) {
        add("node says " + containerId + " " + sentence);
    }

    @Override
    public void shutdownRequested() {
        add("shutdown requested");
    }

    @Override
    public void failed(String sentence) {
        add("failed " + sentence);
    }
}

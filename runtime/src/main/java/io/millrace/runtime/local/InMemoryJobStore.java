package io.millrace.runtime.local;

import io.millrace.runtime.master.JobStore;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The record of a job that ends with its process: no other master can follow, so there is nobody to
 * fence.
 */
final class InMemoryJobStore implements JobStore {
    private final TreeMap<String, byte[]> records = new TreeMap<>();

    @Override
    public boolean canFence() {
        return true;
    }

    @Override
    public void takeOver(int epoch, Consumer<Outcome<List<Entry>>> reply) {
        List<Entry> all;
        synchronized (records) {
            all =
                    records.entrySet().stream()
                            .map(e -> new Entry(e.getKey(), e.getValue()))
                            .toList();
        }
        reply.accept(new Outcome.Done<>(all));
    }

    @Override
    public void check(Consumer<Outcome<Void>> reply) {
        reply.accept(new Outcome.Done<>(null));
    }

    @Override
    public void remove(String name, Consumer<Outcome<Void>> reply) {
        synchronized (records) {
            records.remove(name);
        }
        reply.accept(new Outcome.Done<>(null));
    }

    @Override
    public void write(String name, byte[] content, Consumer<Outcome<Void>> reply) {
        byte[] before;
        synchronized (records) {
            before = records.putIfAbsent(name, content.clone());
        }
        reply.accept(
                before == null || Arrays.equals(before, content)
                        ? new Outcome.Done<>(null)
                        : new Outcome.Refused<>(Reason.EXISTS, name));
    }
}

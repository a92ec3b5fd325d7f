package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots written by one thread while another changes what is in them, as fast as it can. */
class ConcurrentSnapshotTest {
    private record Taken(long base, InMemorySnapshot bytes, Model model) {}

    /** What the states should hold. */
    private record Model(
            Map<Long, Long> sums,
            Map<Long, String> texts,
            Map<Long, Map<Long, String>> maps,
            Set<List<Long>> timers) {
        Model() {
            this(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashSet<>());
        }

        Model copy() {
            Map<Long, Map<Long, String>> copied = new HashMap<>();
            maps.forEach((key, map) -> copied.put(key, new HashMap<>(map)));
            return new Model(
                    new HashMap<>(sums), new HashMap<>(texts), copied, new HashSet<>(timers));
        }
    }

    private static final class States {
        final KeyedStateStore store;
        final StoredLong sums;
        final StoredValue<String> texts;
        final StoredMap<Long, String> maps;
        final OrderedState timers;

        States(KeyedStateStore store) {
            this.store = store;
            sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            texts = store.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
            maps = store.map("maps", Namespace.none(), Types.LONG, Types.STRING, StateTtl.NONE);
            timers = store.ordered("timers", Namespace.none());
        }

        void change(Random random, long key, Model model) {
            store.setCurrentKey(key);
            long part = random.nextInt(6);
            String text = text(random.nextInt(100_000));
            if (random.nextInt(20) == 0) {
                sums.clear();
                texts.clear();
                maps.clear();
                model.sums().remove(key);
                model.texts().remove(key);
                model.maps().remove(key);
            } else {
                sums.add(key);
                model.sums().merge(key, key, Long::sum);
                texts.put(text);
                model.texts().put(key, text);
                maps.put(part, text);
                model.maps().computeIfAbsent(key, k -> new HashMap<>()).put(part, text);
            }
            if (random.nextInt(3) == 0) {
                assertThat(timers.delete(part)).isEqualTo(model.timers().remove(timer(key, part)));
            } else {
                assertThat(timers.add(part)).isEqualTo(model.timers().add(timer(key, part)));
            }
        }

        private static List<Long> timer(long key, long order) {
            return List.of(key, order);
        }

        Model read(int keyCount) {
            Model found = new Model();
            for (long key = 0; key < keyCount; key++) {
                store.setCurrentKey(key);
                if (!sums.isEmpty()) {
                    found.sums().put(key, sums.get(0));
                }
                if (!texts.isEmpty()) {
                    found.texts().put(key, texts.get());
                }
                Map<Long, String> map = new HashMap<>();
                maps.iterator().forEachRemaining(e -> map.put(e.getKey(), e.getValue()));
                if (!map.isEmpty()) {
                    found.maps().put(key, map);
                }
            }
            while (timers.poll(Long.MAX_VALUE)) {
                found.timers().add(timer((Long) store.currentKey(), timers.order()));
            }
            return found;
        }
    }

    /** Every part of a text is the same, so that a torn one is seen. */
    private static String text(long number) {
        return ("<" + number + ">").repeat(1 + (int) (number % 9));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 3000, 60_000})
    void shouldHoldWhatWasThereWhenItWasTaken(int keyCount) throws Exception {
        try (TestStores stores = new TestStores(256 << 20)) {
            run(stores, keyCount);
        }
    }

    @Test
    void shouldHoldWhatWasThereWhileSegmentsGoToDisk() throws Exception {
        try (TestStores stores =
                new TestStores(64 << 20, Path.of(System.getProperty("java.io.tmpdir")))) {
            stores.makeShort();
            run(stores, 1000);
        }
    }

    @Test
    @Tag(TestStores.MANAGED_ONLY)
    void shouldHoldThePanesThatWereThereWhileTheyAreDropped() throws Exception {
        Random random = new Random(7);
        int keyCount = 700;
        int panesAtATime = 5;
        ExecutorService uploader = Executors.newSingleThreadExecutor();
        try (TestStores stores = new TestStores(256 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong counts = store.longValue("counts", Namespace.panes(), StateTtl.NONE);
            KeyedStateStore.PaneDrop drop = store.paneDrop(counts);
            Map<Long, Map<Long, Long>> expected = new HashMap<>();
            Map<Long, InMemorySnapshot> bytes = new HashMap<>();
            Map<Long, Long> bases = new HashMap<>();
            Map<Long, Map<Long, Map<Long, Long>>> taken = new HashMap<>();
            Future<Long> writing = null;
            long id = 0;
            for (long last = 0; id < 14 || writing != null; last++) {
                for (int i = 0; i < 3000; i++) {
                    long key = random.nextInt(keyCount);
                    long pane = last - random.nextInt(panesAtATime);
                    store.setCurrentKey(key);
                    counts.setPane(pane);
                    counts.add(1);
                    expected.computeIfAbsent(pane, p -> new HashMap<>()).merge(key, 1L, Long::sum);
                }
                long over = last - panesAtATime;
                drop.dropThrough(over);
                expected.keySet().removeIf(pane -> pane <= over);
                if (writing != null && writing.isDone()) {
                    assertThat(writing.get()).isPositive();
                    if (id % 3 != 0) {
                        store.confirm(id);
                    }
                    writing = null;
                }
                if (writing == null && id < 14) {
                    id++;
                    StateSnapshot snapshot = store.snapshot(id, SnapshotKind.INCREMENTAL);
                    InMemorySnapshot into = new InMemorySnapshot();
                    bytes.put(id, into);
                    bases.put(id, snapshot.baseCheckpointId());
                    Map<Long, Map<Long, Long>> copy = new HashMap<>();
                    expected.forEach((pane, byKey) -> copy.put(pane, new HashMap<>(byKey)));
                    taken.put(id, copy);
                    writing =
                            uploader.submit(
                                    () -> {
                                        try (snapshot) {
                                            return snapshot.write(into);
                                        }
                                    });
                }
            }
            store.close();
            assertThat(bases.values()).as("increments").anyMatch(base -> base >= 0);
            for (long each = 1; each <= id; each++) {
                KeyedStateStore restored = stores.open(Types.LONG);
                List<InMemorySnapshot> chain = new ArrayList<>();
                for (long of = each; of >= 0; of = bases.get(of)) {
                    chain.add(0, bytes.get(of));
                }
                for (InMemorySnapshot part : chain) {
                    restored.restore(part);
                }
                StoredLong found = restored.longValue("counts", Namespace.panes(), StateTtl.NONE);
                Map<Long, Map<Long, Long>> panes = taken.get(each);
                long greatest = panes.keySet().stream().mapToLong(p -> p).max().orElseThrow();
                for (long pane = greatest - 3 * panesAtATime; pane <= greatest; pane++) {
                    found.setPane(pane);
                    Map<Long, Long> byKey = new HashMap<>();
                    restored.forEachKey(found, key -> byKey.put((Long) key, found.get(-1)));
                    assertThat(byKey)
                            .as("pane %s in snapshot %s", pane, each)
                            .isEqualTo(panes.getOrDefault(pane, Map.of()));
                }
                restored.close();
            }
        } finally {
            uploader.shutdownNow();
        }
    }

    private static void run(TestStores stores, int keyCount) throws Exception {
        Random random = new Random(keyCount);
        ExecutorService uploader = Executors.newSingleThreadExecutor();
        try {
            States states = new States(stores.open(Types.LONG));
            KeyedStateStore store = states.store;
            Model model = new Model();
            Map<Long, Taken> byId = new HashMap<>();
            Future<Long> writing = null;
            long id = 0;
            while (id < 14 || writing != null) {
                for (int i = 0; i < 200; i++) {
                    states.change(random, random.nextInt(keyCount), model);
                }
                if (writing != null && writing.isDone()) {
                    assertThat(writing.get()).isPositive();
                    if (id % 3 != 0) {
                        store.confirm(id);
                    }
                    writing = null;
                }
                if (writing == null && id < 14) {
                    id++;
                    StateSnapshot snapshot =
                            store.snapshot(
                                    id, id % 5 == 0 ? SnapshotKind.FULL : SnapshotKind.INCREMENTAL);
                    InMemorySnapshot bytes = new InMemorySnapshot();
                    byId.put(id, new Taken(snapshot.baseCheckpointId(), bytes, model.copy()));
                    writing =
                            uploader.submit(
                                    () -> {
                                        try (snapshot) {
                                            return snapshot.write(bytes);
                                        }
                                    });
                }
            }
            for (Taken taken : byId.values()) {
                check(stores, byId, taken, keyCount);
            }
        } finally {
            uploader.shutdownNow();
        }
    }

    private static void check(TestStores stores, Map<Long, Taken> byId, Taken taken, int keyCount)
            throws Exception {
        List<Taken> chain = new ArrayList<>();
        for (Taken each = taken; each != null; each = byId.get(each.base())) {
            chain.add(0, each);
        }
        KeyedStateStore restored = stores.open(Types.LONG);
        for (Taken each : chain) {
            restored.restore(each.bytes());
        }
        Model found = new States(restored).read(keyCount);
        assertThat(found.sums().equals(taken.model().sums())).isTrue();
        assertThat(found.texts().equals(taken.model().texts())).isTrue();
        assertThat(found.maps().equals(taken.model().maps())).isTrue();
        assertThat(found.timers().equals(taken.model().timers())).isTrue();
        restored.close();
    }
}

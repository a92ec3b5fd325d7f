package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots written by one thread while another changes what is in them, as fast as it can. */
class ConcurrentSnapshotTest {
    private record Taken(
            long base, InMemorySnapshot bytes, Map<Long, Long> sums, Map<Long, String> texts) {}

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
            run(stores, 3000);
        }
    }

    @Test
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
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            StoredValue<String> texts =
                    store.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
            Map<Long, Long> expectedSums = new HashMap<>();
            Map<Long, String> expectedTexts = new HashMap<>();
            Map<Long, Taken> byId = new HashMap<>();
            Future<Long> writing = null;
            long id = 0;
            while (id < 14 || writing != null) {
                for (int i = 0; i < 200; i++) {
                    long key = random.nextInt(keyCount);
                    store.setCurrentKey(key);
                    if (random.nextInt(20) == 0) {
                        sums.clear();
                        texts.clear();
                        expectedSums.remove(key);
                        expectedTexts.remove(key);
                    } else {
                        sums.add(key);
                        expectedSums.merge(key, key, Long::sum);
                        String text = text(random.nextInt(100_000));
                        texts.put(text);
                        expectedTexts.put(key, text);
                    }
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
                    byId.put(
                            id,
                            new Taken(
                                    snapshot.baseCheckpointId(),
                                    bytes,
                                    new HashMap<>(expectedSums),
                                    new HashMap<>(expectedTexts)));
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
        StoredLong sums = restored.longValue("sums", Namespace.none(), StateTtl.NONE);
        StoredValue<String> texts =
                restored.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
        Map<Long, Long> foundSums = new HashMap<>();
        Map<Long, String> foundTexts = new HashMap<>();
        for (long key = 0; key < keyCount; key++) {
            restored.setCurrentKey(key);
            if (!sums.isEmpty()) {
                foundSums.put(key, sums.get(0));
            }
            if (!texts.isEmpty()) {
                foundTexts.put(key, texts.get());
            }
        }
        assertThat(foundSums).isEqualTo(taken.sums());
        assertThat(foundTexts).isEqualTo(taken.texts());
        restored.close();
    }
}

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maps that are much larger than the memory for them. */
class SpillMapsTest {
    @TempDir Path directory;

    @Test
    void shouldHoldMapsLargerThanMemoryAndSaveAndRestoreThem() throws Exception {
        try (TestStores stores = new TestStores(4 << 20, directory)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredMap<Integer, String> map = texts(store);
            Map<Long, Map<Integer, String>> model = new HashMap<>();
            Random random = new Random(11);
            // one map of twice the memory, and many small ones
            for (int i = 0; i < 90_000; i++) {
                long key = random.nextInt(10) < 2 ? 0 : random.nextInt(3_000);
                store.setCurrentKey(key);
                put(map, model, key, random.nextInt(200_000), i);
            }
            assertThat(store.spilledBytes()).isGreaterThan(40 << 20);
            SnapshotChain chain = new SnapshotChain(directory);
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = store.snapshot(round, SnapshotKind.INCREMENTAL);
                Map<Long, Map<Integer, String>> then = copy(model);
                changeMaps(store, map, model, random, round, 200);
                chain.write(snapshot, round);
                store.confirm(round);
                changeMaps(store, map, model, random, round, 2_000);
                try (TestStores others = new TestStores(4 << 20, directory);
                        KeyedStateStore restored = others.open(Types.LONG)) {
                    chain.restoreInto(restored);
                    checkMaps(restored, texts(restored), then);
                }
            }
            checkMaps(store, map, model);
            for (long key : List.copyOf(model.keySet())) {
                store.setCurrentKey(key);
                map.clear();
                assertThat(map.isEmpty()).isTrue();
            }
            store.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    private static StoredMap<Integer, String> texts(KeyedStateStore store) {
        return store.map("texts", Namespace.none(), Types.INT, Types.STRING, StateTtl.NONE);
    }

    private static void put(
            StoredMap<Integer, String> map,
            Map<Long, Map<Integer, String>> model,
            long key,
            int part,
            int version) {
        String text = SpillFiles.text(part, version).substring(0, 500);
        map.put(part, text);
        model.computeIfAbsent(key, k -> new HashMap<>()).put(part, text);
    }

    private static Map<Long, Map<Integer, String>> copy(Map<Long, Map<Integer, String>> model) {
        Map<Long, Map<Integer, String>> copy = new HashMap<>();
        model.forEach((key, of) -> copy.put(key, new HashMap<>(of)));
        return copy;
    }

    private static void changeMaps(
            KeyedStateStore store,
            StoredMap<Integer, String> map,
            Map<Long, Map<Integer, String>> model,
            Random random,
            int round,
            int count) {
        for (int i = 0; i < count; i++) {
            long key = random.nextInt(3_000);
            store.setCurrentKey(key);
            Map<Integer, String> of = model.computeIfAbsent(key, k -> new HashMap<>());
            List<Integer> parts = new ArrayList<>(of.keySet());
            if (parts.isEmpty()) {
                continue;
            }
            int part = parts.get(random.nextInt(parts.size()));
            switch (random.nextInt(6)) {
                case 0 -> {
                    map.remove(part);
                    of.remove(part);
                }
                case 1 -> put(map, model, key, part, round);
                case 2 -> put(map, model, key, random.nextInt(200_000), round);
                case 3 -> {
                    if (key > 0) {
                        map.clear();
                        of.clear();
                    }
                }
                case 4 -> {
                    for (Iterator<Map.Entry<Integer, String>> entries = map.iterator();
                            entries.hasNext() && random.nextInt(8) > 0; ) {
                        Map.Entry<Integer, String> entry = entries.next();
                        assertThat(of).containsEntry(entry.getKey(), entry.getValue());
                        if (random.nextBoolean()) {
                            entries.remove();
                            of.remove(entry.getKey());
                        }
                    }
                }
                default -> assertThat(map.get(part)).isEqualTo(of.get(part));
            }
            assertThat(map.size()).isEqualTo(of.size());
        }
    }

    private static void checkMaps(
            KeyedStateStore store,
            StoredMap<Integer, String> map,
            Map<Long, Map<Integer, String>> expected)
            throws Exception {
        Map<Long, Map<Integer, String>> found = new HashMap<>();
        store.forEachKey(
                map,
                key -> {
                    Map<Integer, String> of = new HashMap<>();
                    map.iterator()
                            .forEachRemaining(
                                    entry ->
                                            assertThat(of.put(entry.getKey(), entry.getValue()))
                                                    .isNull());
                    found.put((Long) key, of);
                });
        Map<Long, Map<Integer, String>> there = copy(expected);
        there.values().removeIf(Map::isEmpty);
        assertThat(found.keySet()).isEqualTo(there.keySet());
        found.forEach((key, of) -> assertThat(of.equals(there.get(key))).isTrue());
    }

    @Test
    void shouldHoldSoManySmallEntriesThatEvenTheirIndexDoesNotFit() throws Exception {
        InMemorySnapshot bytes = new InMemorySnapshot();
        int count = 60_000;
        try (TestStores stores = new TestStores(1 << 20, directory);
                KeyedStateStore store = stores.open(Types.INT)) {
            StoredMap<Integer, Long> map = numbers(store);
            OrderedState timers = store.ordered("timers", Namespace.none());
            for (int i = 0; i < count; i++) {
                store.setCurrentKey(i % 1_000);
                map.put(i, (long) i);
                assertThat(timers.add(i)).isTrue();
            }
            // slots of eight bytes, at most four fifths in use
            assertThat(2 * count * 10L).isGreaterThan(stores.memory().totalBytes());
            for (int i = 0; i < count; i += 5) {
                store.setCurrentKey(i % 1_000);
                if (i % 2 == 0) {
                    map.put(i, -1L);
                    assertThat(timers.add(i)).isFalse();
                } else {
                    map.remove(i);
                    assertThat(timers.delete(i)).isTrue();
                }
            }
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.CANONICAL)) {
                snapshot.write(bytes);
            }
            checkNumbers(store, map, timers, count);
        }
        try (TestStores stores = new TestStores(1 << 20, directory);
                KeyedStateStore store = stores.open(Types.INT)) {
            store.restore(bytes);
            checkNumbers(store, numbers(store), store.ordered("timers", Namespace.none()), count);
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    private static StoredMap<Integer, Long> numbers(KeyedStateStore store) {
        return store.map("numbers", Namespace.none(), Types.INT, Types.LONG, StateTtl.NONE);
    }

    private static void checkNumbers(
            KeyedStateStore store, StoredMap<Integer, Long> map, OrderedState timers, int count) {
        for (int i = 0; i < count; i += 3) {
            store.setCurrentKey(i % 1_000);
            Long expected = i % 5 > 0 ? Long.valueOf(i) : i % 2 == 0 ? Long.valueOf(-1) : null;
            assertThat(map.get(i)).isEqualTo(expected);
        }
        for (int i = 0; i < count; i++) {
            if (i % 5 > 0 || i % 2 == 0) {
                assertThat(timers.poll(i)).isTrue();
                assertThat(timers.order()).isEqualTo(i);
                assertThat(store.currentKey()).isEqualTo(i % 1_000);
            }
        }
        assertThat(timers.poll(Long.MAX_VALUE)).isFalse();
    }
}

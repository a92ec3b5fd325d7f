package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values and lists that are much larger than the memory for them. */
class SpillTest {
    private static final int KEYS = 110_000;

    @TempDir Path directory;

    private static final class Values implements AutoCloseable {
        final KeyedStateStore store;
        final StoredValue<String> text;
        final StoredList<String> list;
        final StoredMap<String, Long> map;

        Values(KeyedStateStore store) {
            this.store = store;
            text = store.value("text", Namespace.none(), Types.STRING, StateTtl.NONE);
            list = store.list("list", Namespace.none(), Types.STRING, StateTtl.NONE);
            map = store.map("map", Namespace.none(), Types.STRING, Types.LONG, StateTtl.NONE);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @Test
    void shouldHoldMoreStateThanMemoryAndSaveAndRestoreIt() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory)) {
            Values values = new Values(stores.open(Types.LONG));
            Map<Long, Integer> model = new HashMap<>();
            for (long key = 0; key < KEYS; key++) {
                values.store.setCurrentKey(key);
                values.text.put(SpillFiles.text(key, 0));
                model.put(key, 0);
            }
            assertThat(values.store.spilledBytes()).isGreaterThan(90 << 20);
            Random random = new Random(7);
            SnapshotChain chain = new SnapshotChain(directory);
            for (int round = 1; round <= 4; round++) {
                StateSnapshot snapshot = values.store.snapshot(round, SnapshotKind.INCREMENTAL);
                Map<Long, Integer> then = new HashMap<>(model);
                change(values, model, random, round);
                chain.write(snapshot, round);
                values.store.confirm(round);
                if (round == 4) {
                    check(stores, chain, then);
                }
            }
            for (long key = 0; key < KEYS; key += 97) {
                values.store.setCurrentKey(key);
                Integer version = model.get(key);
                assertThat(values.text.get())
                        .isEqualTo(version == null ? null : SpillFiles.text(key, version));
            }
            values.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    private static void change(Values values, Map<Long, Integer> model, Random random, int round) {
        for (int i = 0; i < 3_000; i++) {
            long key = random.nextInt(KEYS);
            values.store.setCurrentKey(key);
            Integer version = model.get(key);
            switch (random.nextInt(4)) {
                case 0, 1 ->
                        assertThat(values.text.get())
                                .isEqualTo(version == null ? null : SpillFiles.text(key, version));
                case 2 -> {
                    values.text.put(SpillFiles.text(key, round));
                    model.put(key, round);
                }
                default -> {
                    values.text.clear();
                    model.remove(key);
                }
            }
        }
    }

    private static void check(TestStores stores, SnapshotChain chain, Map<Long, Integer> expected)
            throws Exception {
        Map<Long, Integer> rest = new HashMap<>(expected);
        try (TestStores others = new TestStores(8 << 20, stores.spillDirectory());
                Values restored = new Values(others.open(Types.LONG))) {
            chain.restoreInto(restored.store);
            restored.store.forEachKey(
                    restored.text,
                    key -> {
                        Integer version = rest.remove((Long) key);
                        assertThat(version).isNotNull();
                        assertThat(restored.text.get())
                                .isEqualTo(SpillFiles.text((Long) key, version));
                    });
            assertThat(rest).isEmpty();
        }
    }

    @Test
    void shouldKeepMapsAndListsRightWhileValuesGoToDisk() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory);
                Values values = new Values(stores.open(Types.LONG))) {
            for (int round = 0; round < 4; round++) {
                for (long key = 0; key < 12_000; key++) {
                    values.store.setCurrentKey(key);
                    values.text.put(SpillFiles.text(key, round));
                    values.list.add("element " + round);
                    if (key < 500) {
                        values.map.put("entry " + round, key);
                    }
                }
            }
            assertThat(values.store.spilledBytes()).isPositive();
            for (long key = 0; key < 12_000; key++) {
                values.store.setCurrentKey(key);
                assertThat(values.list.iterator())
                        .toIterable()
                        .containsExactly("element 0", "element 1", "element 2", "element 3");
                assertThat(values.text.get()).isEqualTo(SpillFiles.text(key, 3));
                assertThat(values.map.size()).isEqualTo(key < 500 ? 4 : 0);
            }
        }
    }

    @Test
    void shouldHoldValuesThatAreLargeForTheMemory() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory);
                Values values = new Values(stores.open(Types.LONG))) {
            String large = "x".repeat(300_000);
            for (long key = 0; key < 100; key++) {
                values.store.setCurrentKey(key);
                values.text.put(large + key);
            }
            for (long key = 99; key >= 0; key--) {
                values.store.setCurrentKey(key);
                assertThat(values.text.get()).isEqualTo(large + key);
            }
        }
    }
}

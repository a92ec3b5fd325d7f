package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Numbers by pane, with panes that come, go one by one or as a whole, and come again. */
class PaneTablesTest {
    private record Entry(long key, long pane) {}

    private record Taken(
            StateSnapshot snapshot,
            InMemorySnapshot bytes,
            Map<Entry, Long> expected,
            List<Taken> base) {

        void write() throws IOException {
            snapshot.write(bytes);
            snapshot.close();
        }
    }

    /** A store, and beside it what should be in it. */
    private static final class Run {
        private final KeyedStateStore store;
        private final StoredLong counts;
        private final KeyedStateStore.PaneDrop drop;
        private final Map<Entry, Long> expected;

        Run(KeyedStateStore store, Map<Entry, Long> expected) {
            this.store = store;
            this.counts = store.longValue("counts", Namespace.panes(), StateTtl.NONE);
            this.drop = store.paneDrop(counts);
            this.expected = new TreeMap<>(BY_KEY_AND_PANE);
            this.expected.putAll(expected);
        }

        private void at(long key, long pane) {
            store.setCurrentKey(key);
            counts.setPane(pane);
        }

        void add(long key, long pane) {
            at(key, pane);
            assertThat(counts.get(0)).isEqualTo(expected.getOrDefault(new Entry(key, pane), 0L));
            counts.add(1);
            expected.merge(new Entry(key, pane), 1L, Long::sum);
        }

        void clear(long key, long pane) {
            at(key, pane);
            assertThat(counts.isEmpty()).isEqualTo(!expected.containsKey(new Entry(key, pane)));
            counts.clear();
            expected.remove(new Entry(key, pane));
        }

        void dropThrough(long pane) {
            drop.dropThrough(pane);
            expected.keySet().removeIf(entry -> entry.pane <= pane);
        }

        void check(long keys, long lastPane) {
            Map<Entry, Long> found = new HashMap<>();
            for (long key = 0; key < keys; key++) {
                for (long pane = -2; pane <= lastPane; pane++) {
                    at(key, pane);
                    if (!counts.isEmpty()) {
                        found.put(new Entry(key, pane), counts.get(0));
                    }
                }
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    private static final Comparator<Entry> BY_KEY_AND_PANE =
            Comparator.comparingLong(Entry::key).thenComparingLong(Entry::pane);

    @Property(tries = 150)
    void shouldAgreeWithAMapWhateverIsDone(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        long keys = random.nextBoolean() ? 3 : 60;
        // more panes at a time than there are tables, or fewer
        int open = random.nextInt(4) == 0 ? 2 * PaneTables.MAX_TABLES : 1 + random.nextInt(20);
        int steps = 3000 + 3 * open;
        int snapshotEvery = 20 + random.nextInt(600);
        try (TestStores stores = new TestStores(64 << 20)) {
            Run run = new Run(stores.open(Types.LONG), Map.of());
            List<Taken> unwritten = new ArrayList<>();
            List<Taken> written = new ArrayList<>();
            Map<Long, Taken> byId = new HashMap<>();
            long least = 0;
            for (int step = 1; step <= steps; step++) {
                long pane = least + random.nextInt(open) - random.nextInt(2);
                switch (random.nextInt(12)) {
                    case 0 -> run.clear(random.nextLong(keys), pane);
                    case 1 -> {
                        for (long key = 0; key < keys; key++) {
                            run.clear(key, pane);
                        }
                    }
                    case 2 -> {
                        if (random.nextInt(8) == 0) {
                            run.dropThrough(least + random.nextInt(1 + open / 8) - 2);
                        }
                        least += random.nextInt(4) == 0 ? 1 : 0;
                    }
                    default -> run.add(random.nextLong(keys), pane);
                }
                if (random.nextInt(snapshotEvery) == 0 && unwritten.size() < 3) {
                    StateSnapshot snapshot =
                            run.store.snapshot(step, SnapshotKind.values()[random.nextInt(3)]);
                    Taken base = byId.get(snapshot.baseCheckpointId());
                    List<Taken> chain = new ArrayList<>();
                    if (base != null) {
                        chain.addAll(base.base());
                        chain.add(base);
                    }
                    Taken taken =
                            new Taken(
                                    snapshot,
                                    new InMemorySnapshot(),
                                    Map.copyOf(run.expected),
                                    chain);
                    unwritten.add(taken);
                    byId.put(snapshot.checkpointId(), taken);
                }
                if (!unwritten.isEmpty() && random.nextInt(snapshotEvery) == 0) {
                    Taken taken = unwritten.remove(random.nextInt(unwritten.size()));
                    taken.write();
                    written.add(taken);
                    if (random.nextInt(4) == 0) {
                        run.store.abort(taken.snapshot().checkpointId());
                    } else {
                        run.store.confirm(taken.snapshot().checkpointId());
                    }
                }
            }
            long last = least + open;
            run.check(keys, last);
            for (Taken taken : unwritten) {
                taken.write();
                written.add(taken);
            }
            run.store.close();
            for (Taken taken : written) {
                KeyedStateStore restored = stores.open(Types.LONG);
                List<Taken> chain = new ArrayList<>(taken.base());
                chain.add(taken);
                for (Taken each : chain) {
                    if (each.bytes().length() > 0) { // it held nothing
                        restored.restore(each.bytes());
                    }
                }
                new Run(restored, taken.expected()).check(keys, last);
                restored.close();
            }
        }
    }

    @Test
    void shouldNotGrowWhenPanesComeAndGoAsAWhole() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            Run run = new Run(stores.open(Types.LONG), Map.of());
            long most = 0;
            for (int pane = 0; pane < 200; pane++) {
                for (long key = 0; key < 500; key++) {
                    run.add(key, pane);
                }
                run.dropThrough(pane - 5);
                if (pane % 3 == 0) {
                    try (StateSnapshot snapshot =
                            run.store.snapshot(pane + 1, SnapshotKind.INCREMENTAL)) {
                        snapshot.write((bytes, offset, count) -> {});
                    }
                    run.store.confirm(pane + 1);
                }
                if (pane == 30) {
                    most = run.store.memoryBytes();
                }
            }
            assertThat(run.store.memoryBytes()).isLessThan(most * 3 / 2);
        }
    }

    @Test
    void shouldGiveAllMemoryBackWhenNothingIsLeft() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            Run run = new Run(stores.open(Types.LONG), Map.of());
            for (int pane = 0; pane < 2 * PaneTables.MAX_TABLES; pane++) {
                run.add(pane % 7, pane);
            }
            assertThat(run.store.memoryBytes()).isPositive();
            run.dropThrough(Long.MAX_VALUE);
            assertThat(run.store.memoryBytes()).isZero();
        }
    }
}

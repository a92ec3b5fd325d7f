package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Timers and calendars that are much larger than the memory for them. */
class SpillTimersTest {
    @TempDir Path directory;

    private record Timer(long order, int key, String window) implements Comparable<Timer> {
        String name() {
            return SpillFiles.text(key, 0).substring(0, 200) + key;
        }

        @Override
        public int compareTo(Timer other) {
            return Comparator.comparingLong(Timer::order)
                    .thenComparingInt(Timer::key)
                    .thenComparing(Timer::window)
                    .compare(this, other);
        }
    }

    /** Timers, of which many have one order. */
    private static final class Timers {
        final KeyedStateStore store;
        final OrderedState state;
        final TreeSet<Timer> model;
        final Random random;

        Timers(KeyedStateStore store, TreeSet<Timer> model, Random random) {
            this.store = store;
            this.state = store.ordered("timers", Namespace.of(Types.STRING));
            this.model = model;
            this.random = random;
        }

        Timer random(long from) {
            long order = random.nextInt(4) == 0 ? 70_000 : from + random.nextInt(100_000);
            return new Timer(order, random.nextInt(50_000), "w" + random.nextInt(2));
        }

        void add(Timer timer) {
            store.setCurrentKey(timer.name());
            state.setNamespace(timer.window());
            assertThat(state.add(timer.order())).isEqualTo(model.add(timer));
        }

        void delete(Timer timer) {
            store.setCurrentKey(timer.name());
            state.setNamespace(timer.window());
            assertThat(state.delete(timer.order())).isEqualTo(model.remove(timer));
        }

        void poll(long limit) {
            boolean expected = !model.isEmpty() && model.first().order() <= limit;
            assertThat(state.least())
                    .isEqualTo(model.isEmpty() ? OrderedState.NONE : model.first().order());
            assertThat(state.poll(limit)).isEqualTo(expected);
            if (expected) {
                String name = (String) store.currentKey();
                int key = Integer.parseInt(name.substring(200));
                assertThat(model.remove(new Timer(state.order(), key, (String) state.namespace())))
                        .isTrue();
            }
        }

        void change(int count, long from) {
            Timer last = null;
            for (int i = 0; i < count; i++) {
                Timer some = model.isEmpty() ? random(from) : model.ceiling(random(from));
                switch (random.nextInt(6)) {
                    case 0, 1 -> add(random(from));
                    case 2 -> {
                        if (some != null) {
                            delete(some);
                            last = some;
                        }
                    }
                    case 3 -> {
                        if (last != null) {
                            add(last);
                        }
                    }
                    case 4 -> poll(from);
                    default -> {
                        if (some != null) {
                            store.setCurrentKey(some.name());
                            state.setNamespace(some.window());
                            assertThat(state.contains(some.order())).isTrue();
                        }
                    }
                }
            }
            assertThat(state.size()).isEqualTo(model.size());
        }
    }

    @Test
    void shouldHoldTimersLargerThanMemoryAndSaveAndRestoreThem() throws Exception {
        try (TestStores stores = new TestStores(4 << 20, directory)) {
            Random random = new Random(3);
            Timers timers = new Timers(stores.open(Types.STRING), new TreeSet<>(), random);
            for (int i = 0; i < 130_000; i++) {
                timers.add(timers.random(0));
            }
            assertThat(timers.store.spilledBytes()).isGreaterThan(40 << 20);
            SnapshotChain chain = new SnapshotChain(directory);
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = timers.store.snapshot(round, SnapshotKind.INCREMENTAL);
                TreeSet<Timer> then = new TreeSet<>(timers.model);
                timers.change(500, round * 10_000L);
                chain.write(snapshot, round);
                timers.store.confirm(round);
                timers.change(30_000, round * 10_000L);
                if (round > 1) {
                    try (TestStores others = new TestStores(4 << 20, directory);
                            KeyedStateStore restored = others.open(Types.STRING)) {
                        chain.restoreInto(restored);
                        Timers found = new Timers(restored, then, random);
                        found.change(5_000, 0);
                    }
                }
            }
            while (!timers.model.isEmpty()) {
                timers.poll(Long.MAX_VALUE);
            }
            timers.poll(Long.MAX_VALUE);
            timers.store.close();
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    @Test
    void shouldNotGatherWhatWasMadeOfTimersThatAreGone() {
        try (TestStores stores = new TestStores(4 << 20, directory)) {
            Timers timers = new Timers(stores.open(Types.STRING), new TreeSet<>(), new Random(4));
            for (int key = 0; key < 30_000; key++) {
                timers.add(new Timer(1_000_000 + key, key, "w"));
            }
            long spilled = timers.store.spilledBytes();
            assertThat(spilled).isPositive();
            // each is put off again and again, as the ends of sessions are
            for (int i = 1; i <= 10; i++) {
                for (int key = 0; key < 30_000; key++) {
                    timers.delete(new Timer(999_999 + key + i, key, "w"));
                    timers.add(new Timer(1_000_000 + key + i, key, "w"));
                }
            }
            assertThat(timers.store.spilledBytes()).isLessThan(3 * spilled);
            for (int i = 0; i < 3_000; i++) {
                timers.poll(Long.MAX_VALUE);
            }
        }
    }

    @Test
    void shouldHoldCalendarsLargerThanMemoryAndRestoreThem() throws Exception {
        InMemorySnapshot bytes = new InMemorySnapshot();
        int keys = 20_000;
        int orders = 16;
        try (TestStores stores = new TestStores(1 << 20, directory);
                KeyedStateStore store = stores.open(Types.LONG)) {
            CalendarState calendar = store.calendar("ends");
            for (int order = 0; order < orders; order++) {
                for (long key = order; key < keys; key += 1 + order % 3) {
                    store.setCurrentKey(key);
                    assertThat(calendar.add(order)).isTrue();
                    assertThat(calendar.add(order)).isFalse();
                }
            }
            assertThat(store.spilledBytes()).isGreaterThan(5 << 20);
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL)) {
                snapshot.write(bytes);
            }
            pollAll(store, calendar, keys, orders);
        }
        try (TestStores stores = new TestStores(1 << 20, directory);
                KeyedStateStore store = stores.open(Types.LONG)) {
            store.restore(bytes);
            pollAll(store, store.calendar("ends"), keys, orders);
        }
        SpillFiles.assertThatNoneIsLeft(directory);
    }

    private static void pollAll(
            KeyedStateStore store, CalendarState calendar, int keys, int orders) {
        for (int order = 0; order < orders; order++) {
            assertThat(calendar.poll(order - 1)).isFalse();
            BitSet found = new BitSet();
            while (calendar.poll(order)) {
                assertThat(calendar.order()).isEqualTo(order);
                found.set((int) (long) (Long) store.currentKey());
            }
            BitSet expected = new BitSet();
            for (int key = order; key < keys; key += 1 + order % 3) {
                expected.set(key);
            }
            assertThat(found).isEqualTo(expected);
        }
    }
}

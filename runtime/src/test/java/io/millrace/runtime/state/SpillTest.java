package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.api.type.Types;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State that is much larger than the memory for it. */
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

    /** A thousand bytes that tell which they are. */
    private static String value(long key, int version) {
        String one = key + "/" + version + " ";
        return one.repeat(1000 / one.length());
    }

    @Test
    void shouldHoldMoreStateThanMemoryAndSaveAndRestoreIt() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory)) {
            Values values = new Values(stores.open(Types.LONG));
            Map<Long, Integer> model = new HashMap<>();
            for (long key = 0; key < KEYS; key++) {
                values.store.setCurrentKey(key);
                values.text.put(value(key, 0));
                model.put(key, 0);
            }
            assertThat(values.store.spilledBytes()).isGreaterThan(90 << 20);
            Random random = new Random(7);
            List<SnapshotInput> chain = new ArrayList<>();
            for (int round = 1; round <= 4; round++) {
                StateSnapshot snapshot = values.store.snapshot(round, SnapshotKind.INCREMENTAL);
                Map<Long, Integer> then = new HashMap<>(model);
                change(values, model, random, round);
                Path file = directory.resolve("snapshot-" + round);
                try (snapshot;
                        var out = Files.newOutputStream(file)) {
                    snapshot.write(out::write);
                }
                values.store.confirm(round);
                chain.add(new FileInput(file));
                if (round == 4) {
                    check(stores, chain, then);
                }
            }
            for (long key = 0; key < KEYS; key += 97) {
                values.store.setCurrentKey(key);
                Integer version = model.get(key);
                assertThat(values.text.get())
                        .isEqualTo(version == null ? null : value(key, version));
            }
            values.close();
        }
        assertThatNoFileIsLeft();
    }

    private void assertThatNoFileIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("millrace")))
                    .isEmpty();
        }
    }

    private static void change(Values values, Map<Long, Integer> model, Random random, int round) {
        for (int i = 0; i < 3_000; i++) {
            long key = random.nextInt(KEYS);
            values.store.setCurrentKey(key);
            Integer version = model.get(key);
            switch (random.nextInt(4)) {
                case 0, 1 ->
                        assertThat(values.text.get())
                                .isEqualTo(version == null ? null : value(key, version));
                case 2 -> {
                    values.text.put(value(key, round));
                    model.put(key, round);
                }
                default -> {
                    values.text.clear();
                    model.remove(key);
                }
            }
        }
    }

    private static void check(
            TestStores stores, List<SnapshotInput> chain, Map<Long, Integer> expected)
            throws Exception {
        Map<Long, Integer> rest = new HashMap<>(expected);
        try (TestStores others = new TestStores(8 << 20, stores.spillDirectory());
                Values restored = new Values(others.open(Types.LONG))) {
            for (SnapshotInput each : chain) {
                restored.store.restore(each);
            }
            restored.store.forEachKey(
                    restored.text,
                    key -> {
                        Integer version = rest.remove((Long) key);
                        assertThat(version).isNotNull();
                        assertThat(restored.text.get()).isEqualTo(value((Long) key, version));
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
                    values.text.put(value(key, round));
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
                assertThat(values.text.get()).isEqualTo(value(key, 3));
                assertThat(values.map.size()).isEqualTo(key < 500 ? 4 : 0);
            }
        }
    }

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
            List<SnapshotInput> chain = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = store.snapshot(round, SnapshotKind.INCREMENTAL);
                Map<Long, Map<Integer, String>> then = copy(model);
                changeMaps(store, map, model, random, round, 200);
                Path file = directory.resolve("maps-" + round);
                try (snapshot;
                        var out = Files.newOutputStream(file)) {
                    snapshot.write(out::write);
                }
                store.confirm(round);
                changeMaps(store, map, model, random, round, 2_000);
                chain.add(new FileInput(file));
                try (TestStores others = new TestStores(4 << 20, directory);
                        KeyedStateStore restored = others.open(Types.LONG)) {
                    for (SnapshotInput each : chain) {
                        restored.restore(each);
                    }
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
        assertThatNoFileIsLeft();
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
        String text = value(part, version).substring(0, 500);
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
        assertThatNoFileIsLeft();
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

    private record Timer(long order, int key, String window) implements Comparable<Timer> {
        String name() {
            return value(key, 0).substring(0, 200) + key;
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
            List<SnapshotInput> chain = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = timers.store.snapshot(round, SnapshotKind.INCREMENTAL);
                TreeSet<Timer> then = new TreeSet<>(timers.model);
                timers.change(500, round * 10_000L);
                Path file = directory.resolve("timers-" + round);
                try (snapshot;
                        var out = Files.newOutputStream(file)) {
                    snapshot.write(out::write);
                }
                timers.store.confirm(round);
                chain.add(new FileInput(file));
                timers.change(30_000, round * 10_000L);
                if (round > 1) {
                    try (TestStores others = new TestStores(4 << 20, directory);
                            KeyedStateStore restored = others.open(Types.STRING)) {
                        for (SnapshotInput each : chain) {
                            restored.restore(each);
                        }
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
        assertThatNoFileIsLeft();
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
            CalendarState calendar = store.calendar("ends");
            readAhead(store, calendar);
            pollAll(store, calendar, keys, orders);
        }
        assertThatNoFileIsLeft();
    }

    /** Of states that some keys have and others do not. */
    private static void readAhead(KeyedStateStore store, CalendarState calendar) {
        StoredLong panes = store.longValue("panes", Namespace.panes(), StateTtl.NONE);
        DerivedArray<Long> array = store.derived("array", Types.LONG, 4);
        for (long key = 0; key < 500; key++) {
            store.setCurrentKey(key);
            panes.setPane(key % 7);
            panes.put(key);
            array.make();
        }
        calendar.readAhead(
                new CalendarState.Reads() {
                    @Override
                    public StoredState panes() {
                        return panes;
                    }

                    @Override
                    public long pane(long order) {
                        return order % 9;
                    }

                    @Override
                    public DerivedArray<?> array() {
                        return array;
                    }

                    @Override
                    public int element(long order) {
                        return (int) order & 3;
                    }

                    @Override
                    public long nextOrder(long order) {
                        return order + 1;
                    }
                });
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

    /** Sums by key, and by key and pane. */
    private static final class Tables {
        final KeyedStateStore store;
        final StoredLong sum;
        final StoredLong panes;

        Tables(KeyedStateStore store, StateTtl ttl) {
            this.store = store;
            sum = store.longValue("sum", Namespace.none(), ttl);
            panes = store.longValue("panes", Namespace.panes(), ttl);
        }

        void add(long[] model, int key, long delta) {
            store.setCurrentKey((long) key);
            assertThat(sum.add(delta)).isEqualTo(model[key] + delta);
            model[key] += delta;
            panes.setPane(key & 3);
            panes.put(model[key]);
        }

        void check(long[] model) throws Exception {
            for (int key = 0; key < model.length; key += 11) {
                store.setCurrentKey((long) key);
                assertThat(sum.get(0)).isEqualTo(model[key]);
                panes.setPane(key & 3);
                assertThat(panes.get(0)).isEqualTo(model[key]);
            }
            long[] count = {0};
            store.forEachKey(sum, key -> count[0]++);
            assertThat(count[0]).isEqualTo(LongStream.of(model).filter(s -> s != 0).count());
        }
    }

    @Test
    void shouldHoldTablesLargerThanMemoryAndSaveAndRestoreThem() throws Exception {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            Tables tables = new Tables(stores.open(Types.LONG), StateTtl.NONE);
            long[] model = new long[100_000];
            for (int key = 0; key < model.length; key++) {
                tables.add(model, key, key + 1);
            }
            assertThat(tables.store.spilledBytes()).isGreaterThan(10 << 20);
            Random random = new Random(5);
            List<SnapshotInput> chain = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                StateSnapshot snapshot = tables.store.snapshot(round, SnapshotKind.INCREMENTAL);
                long[] then = model.clone();
                for (int i = 0; i < 1_000; i++) {
                    tables.add(model, random.nextInt(model.length), random.nextInt(100));
                }
                Path file = directory.resolve("tables-" + round);
                try (snapshot;
                        var out = Files.newOutputStream(file)) {
                    snapshot.write(out::write);
                }
                tables.store.confirm(round);
                chain.add(new FileInput(file));
                for (int i = 0; i < 5_000; i++) {
                    int key = random.nextInt(model.length);
                    tables.store.setCurrentKey((long) key);
                    if (random.nextInt(3) == 0) {
                        tables.sum.clear();
                        tables.panes.setPane(key & 3);
                        tables.panes.clear();
                        model[key] = 0;
                    } else {
                        tables.add(model, key, 1);
                    }
                }
                try (TestStores others = new TestStores(1 << 20, directory);
                        KeyedStateStore restored = others.open(Types.LONG)) {
                    for (SnapshotInput each : chain) {
                        restored.restore(each);
                    }
                    new Tables(restored, StateTtl.NONE).check(then);
                }
            }
            tables.check(model);
            tables.store.close();
        }
        assertThatNoFileIsLeft();
    }

    @Test
    void shouldForgetWhatHasExpiredOnDisk() {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            StateTtl ttl =
                    new StateTtl(
                            1_000,
                            StateTtl.Update.ON_CREATE_AND_WRITE,
                            StateTtl.Visibility.NEVER_RETURN_EXPIRED);
            Tables tables = new Tables(stores.open(Types.LONG), ttl);
            long[] model = new long[60_000];
            for (int round = 0; round < 3; round++) {
                for (int key = 0; key < model.length; key++) {
                    tables.add(model, key, 1);
                }
                stores.wallMillis += 1_000;
                Arrays.fill(model, 0);
            }
            long spilled = tables.store.spilledBytes();
            assertThat(spilled).isPositive();
            // others are written, and what nobody asks for goes meanwhile
            for (int i = 0; i < 150_000; i++) {
                tables.store.setCurrentKey(i % 50L);
                tables.sum.put(i);
            }
            for (int key = 50; key < model.length; key += 7) {
                tables.store.setCurrentKey((long) key);
                assertThat(tables.sum.isEmpty()).isTrue();
            }
        }
    }

    @Test
    void shouldKeepPagesInMemoryThatAreUsed() {
        try (TestStores stores = new TestStores(1 << 20, directory)) {
            Tables tables = new Tables(stores.open(Types.LONG), StateTtl.NONE);
            long[] model = new long[150_000];
            for (int key = 0; key < model.length; key++) {
                tables.add(model, key, 1);
            }
            // twelve keys again and again, among others that come once
            SpillFile file = ((BinaryStateStore) tables.store).spill().file();
            long reads = file.reads();
            for (int i = 0; i < 5_000; i++) {
                tables.add(model, i, 1);
                for (int hot = 0; hot < 12; hot++) {
                    tables.add(model, 140_000 + hot, 1);
                }
            }
            // a page for each of the two states, and a tenth for what is in use
            assertThat(file.reads() - reads).isLessThan(5_000 * 2 * 11 / 10);
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

    @Test
    void shouldSayWhichDirectoryDoesNotTakeState() throws Exception {
        Path file = Files.createFile(directory.resolve("a-file"));
        try (TestStores stores = new TestStores(2 << 20, file);
                Values values = new Values(stores.open(Types.LONG))) {
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < KEYS; key++) {
                                    values.store.setCurrentKey(key);
                                    values.text.put(value(key, 0));
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("sums[0]")
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("bytes")
                    .hasMessageContaining("io.tmp.dirs");
        }
    }

    /** All kinds of state of one store. */
    private static final class Kinds {
        final KeyedStateStore store;
        final StoredValue<String> text;
        final StoredMap<Integer, String> map;
        final StoredLong sum;
        final OrderedState timers;
        final CalendarState calendar;

        Kinds(KeyedStateStore store) {
            this.store = store;
            text = store.value("text", Namespace.none(), Types.STRING, StateTtl.NONE);
            map = texts(store);
            sum = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            timers = store.ordered("timers", Namespace.none());
            calendar = store.calendar("ends");
        }

        void put(long key) {
            store.setCurrentKey(key);
            text.put(value(key, 0).substring(0, 100));
            map.put((int) key, "of a map");
            sum.add(key);
            timers.add(key);
            calendar.add(key % 10);
        }

        void get(long key) {
            store.setCurrentKey(key);
            assertThat(text.get()).isEqualTo(value(key, 0).substring(0, 100));
            assertThat(map.get((int) key)).isEqualTo("of a map");
            assertThat(sum.get(0)).isEqualTo(key);
            assertThat(timers.contains(key)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 300, 1_000, 3_000})
    void shouldSayThatTheDiskIsFullAndLeaveNothingBehind(int roomKib) throws Exception {
        try (TestStores stores =
                new TestStores(
                        2 << 20,
                        directory,
                        channel -> {
                            FailingChannel failing = new FailingChannel(channel);
                            failing.roomBytes = roomKib << 10;
                            return failing;
                        })) {
            Kinds kinds = new Kinds(stores.open(Types.LONG));
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < KEYS; key++) {
                                    kinds.put(key);
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("sums[0]")
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("io.tmp.dirs");
            kinds.store.close();
        }
        assertThatNoFileIsLeft();
    }

    @Test
    void shouldSayThatTheDiskCannotBeReadAndGoOnWhenItCan() throws Exception {
        List<FailingChannel> channels = new ArrayList<>();
        try (TestStores stores =
                new TestStores(
                        2 << 20,
                        directory,
                        channel -> {
                            channels.add(new FailingChannel(channel));
                            return channels.get(0);
                        })) {
            Kinds kinds = new Kinds(stores.open(Types.LONG));
            for (long key = 0; key < 15_000; key++) {
                kinds.put(key);
            }
            FailingChannel disk = channels.get(0);
            disk.isReadable = false;
            for (long key = 0; key < 1_500; key++) {
                long of = key * 10;
                // what is in memory can be read all the same
                Throwable thrown = catchThrowable(() -> kinds.get(of));
                if (thrown != null) {
                    assertThat(thrown)
                            .isInstanceOf(StateException.class)
                            .hasMessageContaining("Input/output error")
                            .hasMessageContaining("cannot be read")
                            .hasMessageContaining("io.tmp.dirs");
                }
            }
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < 15_000; key++) {
                                    kinds.get(key);
                                }
                            })
                    .isInstanceOf(StateException.class);
            disk.isReadable = true;
            for (long key = 0; key < 15_000; key++) {
                kinds.get(key);
            }
            for (long key = 0; key < 15_000; key++) {
                assertThat(kinds.timers.poll(key)).isTrue();
            }
            while (kinds.calendar.poll(10)) {
                assertThat(kinds.calendar.order()).isEqualTo((Long) kinds.store.currentKey() % 10);
            }
            kinds.store.close();
        }
        assertThatNoFileIsLeft();
    }

    @Test
    void shouldGoOnWhenStorageIsAwayAndSaveAgainWhenItIsBack() throws Exception {
        try (TestStores stores = new TestStores(8 << 20, directory);
                Values values = new Values(stores.open(Types.LONG))) {
            Map<Long, Integer> model = new HashMap<>();
            for (long key = 0; key < 3_000; key++) {
                values.store.setCurrentKey(key);
                values.text.put(value(key, 0));
                model.put(key, 0);
            }
            for (int round = 1; round <= 3; round++) {
                // nobody writes it: storage does not answer, and all changes meanwhile
                StateSnapshot held = values.store.snapshot(round, SnapshotKind.INCREMENTAL);
                for (long key = 0; key < 9_000; key++) {
                    values.store.setCurrentKey(key);
                    values.text.put(value(key, round) + "longer".repeat(round));
                }
                assertThatThrownBy(() -> held.write((bytes, from, count) -> {}))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("Checkpoint " + round)
                        .hasMessageContaining("taskmanager.memory.managed");
                held.close();
                values.store.abort(round);
            }
            StateSnapshot failing = values.store.snapshot(4, SnapshotKind.INCREMENTAL);
            assertThatThrownBy(
                            () ->
                                    failing.write(
                                            (bytes, from, count) -> {
                                                throw new IOException("no storage");
                                            }))
                    .isInstanceOf(IOException.class);
            failing.close();
            values.store.abort(4);
            InMemorySnapshot bytes = new InMemorySnapshot();
            try (StateSnapshot snapshot = values.store.snapshot(5, SnapshotKind.INCREMENTAL)) {
                snapshot.write(bytes);
            }
            try (TestStores others = new TestStores(64 << 20);
                    Values restored = new Values(others.open(Types.LONG))) {
                restored.store.restore(bytes);
                for (long key = 0; key < 9_000; key++) {
                    restored.store.setCurrentKey(key);
                    assertThat(restored.text.get()).isEqualTo(value(key, 3) + "longer".repeat(3));
                }
            }
        }
    }

    /** Reads a file as it was written. */
    private record FileInput(Path file) implements SnapshotInput {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public long length() {
            return file.toFile().length();
        }

        @Override
        public void read(long position, byte[] into, int offset, int count) throws IOException {
            try (var in = new java.io.RandomAccessFile(file.toFile(), "r")) {
                in.seek(position);
                in.readFully(into, offset, count);
            }
        }
    }
}

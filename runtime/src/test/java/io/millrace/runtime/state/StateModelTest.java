package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random operations on all kinds of state at once, beside maps on the heap; snapshots in between,
 * written at any later time, confirmed, aborted, and restored at another parallelism.
 */
class StateModelTest {
    private static final String[] WINDOWS = {"a", "bb", "a longer window"};

    /** What the states should hold; all texts, so that it is easily copied and compared. */
    private static final class Model {
        final TreeMap<String, Object> entries = new TreeMap<>();
        final TreeSet<String> ordered = new TreeSet<>();

        Model copy() {
            Model copy = new Model();
            entries.forEach(
                    (k, v) -> {
                        if (v instanceof List<?> list) {
                            copy.entries.put(k, new ArrayList<>(list));
                        } else if (v instanceof Map<?, ?> map) {
                            copy.entries.put(k, new HashMap<>(map));
                        } else {
                            copy.entries.put(k, v);
                        }
                    });
            copy.ordered.addAll(ordered);
            return copy;
        }
    }

    /** A store with one state of each kind. */
    private static final class States {
        final KeyedStateStore store;
        final StoredLong sum;
        final StoredValue<Double> mean;
        final StoredLong panes;
        final StoredValue<String> text;
        final StoredValue<String> windowText;
        final StoredList<String> list;
        final StoredMap<String, Long> map;
        final StoredMap<Integer, String> paneMap;
        final OrderedState timers;

        States(KeyedStateStore store) {
            this.store = store;
            sum = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            mean = store.value("mean", Namespace.none(), Types.DOUBLE, StateTtl.NONE);
            panes = store.longValue("panes", Namespace.panes(), StateTtl.NONE);
            text = store.value("text", Namespace.none(), Types.STRING, StateTtl.NONE);
            windowText =
                    store.value(
                            "windowText", Namespace.of(Types.STRING), Types.STRING, StateTtl.NONE);
            list = store.list("list", Namespace.none(), Types.STRING, StateTtl.NONE);
            map = store.map("map", Namespace.none(), Types.STRING, Types.LONG, StateTtl.NONE);
            paneMap =
                    store.map("paneMap", Namespace.panes(), Types.INT, Types.STRING, StateTtl.NONE);
            timers = store.ordered("timers", Namespace.of(Types.STRING));
        }
    }

    private record Taken(
            StateSnapshot snapshot, InMemorySnapshot bytes, Model expected, List<Taken> base) {}

    @Property(tries = 120)
    void shouldAgreeWithMapsWhateverIsDone(@ForAll long seed) throws Exception {
        run(seed);
    }

    static void run(long seed) throws Exception {
        Random random = new Random(seed);
        if (random.nextBoolean()) {
            run(random, Types.LONG, i -> i * 977L - 5);
        } else {
            run(random, Types.STRING, i -> "key " + "x".repeat(i % 7) + i);
        }
    }

    private static void run(Random random, TypeInformation<?> keyType, IntFunction<Object> keys)
            throws Exception {
        int keyCount = random.nextBoolean() ? 5 : 400;
        int steps = 200 + random.nextInt(4000);
        int snapshotEvery = 20 + random.nextInt(1500);
        boolean spills = random.nextBoolean();
        try (TestStores stores =
                spills
                        ? new TestStores(64 << 20, Path.of(System.getProperty("java.io.tmpdir")))
                        : new TestStores(64 << 20)) {
            if (spills) {
                stores.makeShort();
            }
            // too little for the half of it, or so much that only what is new must go
            long budgetBytes = spills && random.nextBoolean() ? 2 << 20 : 64 << 20;
            States states = new States(stores.open(keyType, 0, 1, budgetBytes));
            Model model = new Model();
            Deque<Taken> unwritten = new ArrayDeque<>();
            List<Taken> written = new ArrayList<>();
            Map<Long, Taken> byId = new HashMap<>();
            Object[] next = new Object[KeysAhead.KEYS];
            KeysAhead ahead =
                    states.store instanceof BinaryStateStore binary ? binary.keysAhead(0) : null;
            long nextId = 1;
            for (int step = 0; step < steps; step++) {
                if (step % next.length == 0) {
                    for (int i = 0; i < next.length; i++) {
                        next[i] = keys.apply(random.nextInt(keyCount));
                    }
                    readAhead(states.store, ahead, next);
                }
                Object key = next[step % next.length];
                change(random, states, model, key);
                if (random.nextInt(snapshotEvery) == 0 && unwritten.size() < 3) {
                    StateSnapshot snapshot =
                            states.store.snapshot(
                                    nextId++, SnapshotKind.values()[random.nextInt(3)]);
                    Taken base = byId.get(snapshot.baseCheckpointId());
                    List<Taken> chain = new ArrayList<>();
                    if (base != null) {
                        chain.addAll(base.base());
                        chain.add(base);
                    }
                    assertThat(base != null).isEqualTo(snapshot.baseCheckpointId() >= 0);
                    Taken taken = new Taken(snapshot, new InMemorySnapshot(), model.copy(), chain);
                    unwritten.add(taken);
                    byId.put(snapshot.checkpointId(), taken);
                }
                if (!unwritten.isEmpty() && random.nextInt(snapshotEvery) == 0) {
                    Taken taken =
                            random.nextBoolean() ? unwritten.pollFirst() : unwritten.pollLast();
                    if (random.nextInt(5) == 0 || !write(taken)) {
                        states.store.abort(taken.snapshot().checkpointId());
                        taken.snapshot().close();
                    } else {
                        written.add(taken);
                        if (random.nextInt(4) == 0) {
                            states.store.abort(taken.snapshot().checkpointId());
                        } else if (random.nextInt(4) != 0) {
                            states.store.confirm(taken.snapshot().checkpointId());
                        }
                    }
                }
            }
            check(states, model, keyCount, keys);
            for (Taken taken : unwritten) {
                if (write(taken)) {
                    written.add(taken);
                }
            }
            for (Taken taken : written) {
                restoreAndCheck(random, stores, taken, keyType, keyCount, keys);
            }
            StateSnapshot late = states.store.snapshot(nextId, SnapshotKind.CANONICAL);
            states.store.close();
            Taken last = new Taken(late, new InMemorySnapshot(), model.copy(), List.of());
            assertThat(write(last)).isTrue();
            restoreAndCheck(random, stores, last, keyType, keyCount, keys);
        }
    }

    /** Nothing moves, comes back from disk or is taken. */
    private static void readAhead(KeyedStateStore store, KeysAhead ahead, Object[] next) {
        if (ahead != null && ahead.begin()) {
            for (Object key : next) {
                ahead.add(key);
            }
            long version = ((BinaryStateStore) store).version();
            long inMemory = store.memoryBytes();
            long onDisk = store.spilledBytes();
            ahead.read();
            assertThat(((BinaryStateStore) store).version()).isEqualTo(version);
            assertThat(store.memoryBytes()).isEqualTo(inMemory);
            assertThat(store.spilledBytes()).isEqualTo(onDisk);
        }
    }

    /** Returns false if it was given up because memory is short. */
    private static boolean write(Taken taken) throws IOException {
        try (StateSnapshot snapshot = taken.snapshot()) {
            long bytes = snapshot.write(taken.bytes());
            assertThat(bytes).isEqualTo(taken.bytes().length());
            return true;
        } catch (StateException e) {
            assertThat(e).hasMessageContaining("was given up");
            return false;
        }
    }

    private static void restoreAndCheck(
            Random random,
            TestStores stores,
            Taken taken,
            TypeInformation<?> keyType,
            int keyCount,
            IntFunction<Object> keys)
            throws Exception {
        int parallelism = 1 + random.nextInt(4);
        Model rest = taken.expected().copy();
        List<Taken> chain = new ArrayList<>(taken.base());
        chain.add(taken);
        List<SnapshotInput> second = new ArrayList<>();
        for (int subtask = 0; subtask < parallelism; subtask++) {
            KeyedStateStore store = stores.openAny(random, keyType, subtask, parallelism);
            for (Taken each : chain) {
                if (each.bytes().length() > 0) {
                    store.restore(each.bytes());
                }
            }
            States states = new States(store);
            Model part = new Model();
            for (int i = 0; i < keyCount; i++) {
                Object key = keys.apply(i);
                if (isOf(store, key)) {
                    take(rest.entries, part.entries, key + "/");
                    for (String entry : List.copyOf(rest.ordered)) {
                        if (entry.contains("/" + key + "/")) {
                            rest.ordered.remove(entry);
                            part.ordered.add(entry);
                        }
                    }
                }
            }
            check(states, part, keyCount, keys);
            InMemorySnapshot again = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL)) {
                snapshot.write(again);
            }
            second.add(again);
            store.close();
        }
        assertThat(rest.entries).isEmpty();
        assertThat(rest.ordered).isEmpty();
        KeyedStateStore all = stores.openAny(random, keyType, 0, 1);
        for (SnapshotInput part : second) {
            all.restore(part);
        }
        check(new States(all), taken.expected(), keyCount, keys);
        all.close();
    }

    private static void take(
            TreeMap<String, Object> from, TreeMap<String, Object> to, String prefix) {
        Map<String, Object> part = from.subMap(prefix, prefix + Character.MAX_VALUE);
        to.putAll(part);
        part.clear();
    }

    private static boolean isOf(KeyedStateStore store, Object key) {
        try {
            store.setCurrentKey(key);
            return true;
        } catch (StateException e) {
            return false;
        }
    }

    private static String text(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> "long " + "y".repeat(random.nextInt(3000));
            case 1 -> "very long " + "z".repeat(random.nextInt(40_000));
            default -> "t" + random.nextInt(100_000);
        };
    }

    private static void change(Random random, States s, Model model, Object key) {
        s.store.setCurrentKey(key);
        String at = key + "/";
        int number = random.nextInt(1000);
        String window = WINDOWS[random.nextInt(WINDOWS.length)];
        int pane = random.nextInt(4);
        switch (random.nextInt(22)) {
            case 0, 1 -> {
                long before = (Long) model.entries.getOrDefault(at + "sum", 0L);
                assertThat(s.sum.add(number)).isEqualTo(before + number);
                model.entries.put(at + "sum", before + number);
            }
            case 2 -> {
                s.sum.clear();
                model.entries.remove(at + "sum");
            }
            case 3 -> {
                s.mean.put(number / 7.0);
                model.entries.put(at + "mean", number / 7.0);
            }
            case 4 -> {
                assertThat(s.mean.get()).isEqualTo(model.entries.get(at + "mean"));
                s.mean.put(null);
                model.entries.remove(at + "mean");
            }
            case 5, 6 -> {
                s.panes.setPane(pane);
                long before = (Long) model.entries.getOrDefault(at + "panes" + pane, 0L);
                assertThat(s.panes.get(0)).isEqualTo(before);
                s.panes.put(before + 1);
                model.entries.put(at + "panes" + pane, before + 1);
            }
            case 7 -> {
                s.panes.setPane(pane);
                s.panes.clear();
                model.entries.remove(at + "panes" + pane);
            }
            case 8, 9 -> {
                assertThat(s.text.get()).isEqualTo(model.entries.get(at + "text"));
                String text = text(random);
                s.text.put(text);
                model.entries.put(at + "text", text);
            }
            case 10 -> {
                s.text.clear();
                model.entries.remove(at + "text");
            }
            case 11 -> {
                s.windowText.setNamespace(window);
                String text = text(random);
                s.windowText.put(text);
                model.entries.put(at + "window" + window, text);
            }
            case 12 -> {
                s.windowText.setNamespace(window);
                s.windowText.clear();
                model.entries.remove(at + "window" + window);
            }
            case 13, 14 -> {
                String text = text(random);
                s.list.add(text);
                list(model, at).add(text);
            }
            case 15 -> {
                if (random.nextInt(4) == 0) {
                    s.list.clear();
                    model.entries.remove(at + "list");
                } else {
                    List<String> texts = new ArrayList<>();
                    for (int i = random.nextInt(30); i > 0; i--) {
                        texts.add(text(random));
                    }
                    s.list.addAll(texts);
                    if (!texts.isEmpty()) {
                        list(model, at).addAll(texts);
                    }
                }
            }
            case 16, 17 -> {
                String of = "k" + random.nextInt(30);
                assertThat(s.map.get(of)).isEqualTo(map(model, at + "map").get(of));
                s.map.put(of, (long) number);
                map(model, at + "map").put(of, (long) number);
            }
            case 18 -> changeMap(random, s, model, at);
            case 19 -> {
                s.paneMap.setPane(pane);
                String text = text(random);
                s.paneMap.put(number % 20, text);
                map(model, at + "paneMap" + pane).put(number % 20, text);
            }
            case 20 -> {
                s.timers.setNamespace(window);
                String timer = timer(number, key, window);
                if (random.nextInt(3) == 0) {
                    assertThat(s.timers.delete(number - 300))
                            .isEqualTo(model.ordered.remove(timer));
                } else {
                    assertThat(s.timers.add(number - 300)).isEqualTo(model.ordered.add(timer));
                }
            }
            default -> {
                long limit = -300 + random.nextInt(60);
                boolean expected =
                        !model.ordered.isEmpty() && order(model.ordered.first()) <= limit;
                assertThat(s.timers.poll(limit)).isEqualTo(expected);
                if (expected) {
                    assertThat(s.timers.order()).isEqualTo(order(model.ordered.first()));
                    String timer =
                            timer(
                                    (int) s.timers.order() + 300,
                                    s.store.currentKey(),
                                    (String) s.timers.namespace());
                    assertThat(model.ordered.remove(timer)).isTrue();
                }
            }
        }
    }

    private static void changeMap(Random random, States s, Model model, String at) {
        Map<Object, Object> expected = map(model, at + "map");
        Map<Object, Object> seen = new HashMap<>();
        Map<Object, Object> before = new HashMap<>(expected);
        for (Iterator<Map.Entry<String, Long>> i = s.map.iterator(); i.hasNext(); ) {
            Map.Entry<String, Long> entry = i.next();
            assertThat(seen.put(entry.getKey(), entry.getValue())).isNull();
            switch (random.nextInt(8)) {
                case 0 -> {
                    i.remove();
                    expected.remove(entry.getKey());
                    before.remove(entry.getKey(), entry.getValue());
                    seen.remove(entry.getKey());
                }
                case 1 -> {
                    entry.setValue(entry.getValue() + 1);
                    expected.put(entry.getKey(), entry.getValue());
                }
                case 2 -> {
                    String other = "k" + random.nextInt(30);
                    if (!seen.containsKey(other)) {
                        s.map.remove(other);
                        expected.remove(other);
                        before.remove(other);
                    }
                }
                case 3 -> {
                    s.text.put("meanwhile " + random.nextInt());
                    s.text.clear();
                    model.entries.remove(at + "text");
                }
                default -> {}
            }
        }
        assertThat(seen.keySet()).containsAll(before.keySet());
        if (random.nextInt(6) == 0) {
            s.map.clear();
            expected.clear();
        }
    }

    private static String timer(int number, Object key, String window) {
        return String.format("%05d", number) + "/" + key + "/" + window;
    }

    private static long order(String timer) {
        return Integer.parseInt(timer.substring(0, 5)) - 300;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Model model, String at) {
        return (List<Object>) model.entries.computeIfAbsent(at + "list", k -> new ArrayList<>());
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> map(Model model, String at) {
        return (Map<Object, Object>) model.entries.computeIfAbsent(at, k -> new HashMap<>());
    }

    private static void check(States s, Model model, int keyCount, IntFunction<Object> keys)
            throws Exception {
        Model found = new Model();
        for (int i = 0; i < keyCount; i++) {
            Object key = keys.apply(i);
            if (isOf(s.store, key)) {
                read(s, found, key);
            }
        }
        model.entries.values().removeIf(v -> v instanceof Map<?, ?> map && map.isEmpty());
        assertThat(found.entries).isEqualTo(model.entries);
        List<String> withSum = new ArrayList<>();
        s.store.forEachKey(s.sum, key -> withSum.add(key + "/sum"));
        assertThat(withSum)
                .containsExactlyInAnyOrderElementsOf(
                        model.entries.keySet().stream().filter(k -> k.endsWith("/sum")).toList());
        List<String> withMap = new ArrayList<>();
        s.store.forEachKey(s.map, key -> withMap.add(key + "/map"));
        assertThat(withMap)
                .containsExactlyInAnyOrderElementsOf(
                        model.entries.keySet().stream().filter(k -> k.endsWith("/map")).toList());
        List<String> withList = new ArrayList<>();
        s.store.forEachKey(s.list, key -> withList.add(key + "/list"));
        assertThat(withList)
                .containsExactlyInAnyOrderElementsOf(
                        model.entries.keySet().stream().filter(k -> k.endsWith("/list")).toList());
        assertThat(s.timers.size()).isEqualTo(model.ordered.size());
        for (String timer : model.ordered) {
            String[] parts = timer.split("/", 3);
            for (int i = 0; i < keyCount; i++) {
                if (keys.apply(i).toString().equals(parts[1])) {
                    s.store.setCurrentKey(keys.apply(i));
                }
            }
            s.timers.setNamespace(parts[2]);
            assertThat(s.timers.contains(order(timer))).isTrue();
        }
        if (!model.ordered.isEmpty()) {
            assertThat(s.timers.least()).isEqualTo(order(model.ordered.first()));
        }
    }

    private static void read(States s, Model found, Object key) {
        String at = key + "/";
        if (!s.sum.isEmpty()) {
            found.entries.put(at + "sum", s.sum.get(-1));
        }
        if (s.mean.get() != null) {
            found.entries.put(at + "mean", s.mean.get());
        }
        if (s.text.get() != null) {
            found.entries.put(at + "text", s.text.get());
        }
        for (String window : WINDOWS) {
            s.windowText.setNamespace(window);
            if (!s.windowText.isEmpty()) {
                found.entries.put(at + "window" + window, s.windowText.get());
            }
        }
        for (int pane = 0; pane < 4; pane++) {
            s.panes.setPane(pane);
            if (!s.panes.isEmpty()) {
                found.entries.put(at + "panes" + pane, s.panes.get(-1));
            }
            s.paneMap.setPane(pane);
            Map<Object, Object> map = new HashMap<>();
            s.paneMap.iterator().forEachRemaining(e -> map.put(e.getKey(), e.getValue()));
            if (!map.isEmpty()) {
                found.entries.put(at + "paneMap" + pane, map);
            }
            assertThat(s.paneMap.size()).isEqualTo(map.size());
        }
        List<Object> list = new ArrayList<>();
        s.list.iterator().forEachRemaining(list::add);
        if (!list.isEmpty()) {
            found.entries.put(at + "list", list);
        }
        Map<Object, Object> map = new HashMap<>();
        s.map.iterator().forEachRemaining(e -> map.put(e.getKey(), e.getValue()));
        if (!map.isEmpty()) {
            found.entries.put(at + "map", map);
        }
        assertThat(s.map.isEmpty()).isEqualTo(map.isEmpty());
    }
}

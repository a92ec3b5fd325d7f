package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.state.StateTtl.Update;
import io.millrace.runtime.state.StateTtl.Visibility;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is RocksDB's own of keyed state: memory, directories, increments, orders. */
class RocksDbStoreTest {
    @TempDir Path folder;

    private static InMemorySnapshot write(KeyedStateStore store, long id, SnapshotKind kind)
            throws IOException {
        InMemorySnapshot bytes = new InMemorySnapshot();
        try (StateSnapshot snapshot = store.snapshot(id, kind)) {
            snapshot.write(bytes);
        }
        return bytes;
    }

    /** The files below the folder; its own among them. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder)).toList();
        }
    }

    /** Texts of which some begin like others, with bytes that are 0. */
    private static String key(Random random) {
        StringBuilder key = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            key.append((char) random.nextInt(3));
        }
        return key.toString();
    }

    @Test
    void shouldWriteTheSavepointThatTheBuiltInBackendWrites() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            Random random = new Random(1);
            List<KeyedStateStore> both =
                    List.of(stores.open(Types.STRING), stores.openManaged(Types.STRING, 0, 1));
            for (int i = 0; i < 3000; i++) {
                String of = key(random);
                long number = random.nextInt(4);
                int what = random.nextInt(6);
                for (KeyedStateStore store : both) {
                    store.setCurrentKey(of);
                    change(store, what, number);
                }
            }

            byte[] rocks = write(both.get(0), 1, SnapshotKind.CANONICAL).bytes();

            assertThat(rocks).hasSizeGreaterThan(10_000);
            assertThat(rocks).isEqualTo(write(both.get(1), 1, SnapshotKind.CANONICAL).bytes());
        }
    }

    private static void change(KeyedStateStore store, int what, long number) {
        // defined in another order than that of their names
        StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
        OrderedState timers = store.ordered("timers", Namespace.of(Types.LONG));
        StoredMap<Long, String> map =
                store.map("map", Namespace.panes(), Types.LONG, Types.STRING, StateTtl.NONE);
        StoredList<String> list = store.list("list", Namespace.none(), Types.STRING, StateTtl.NONE);
        switch (what) {
            case 0 -> sums.add(number);
            case 1 -> sums.clear();
            case 2 -> {
                timers.setNamespace(number);
                timers.add(number * 77 - 100);
            }
            case 3 -> {
                map.setPane(number - 1);
                map.put(number, "value " + number);
            }
            case 4 -> {
                map.setPane(number - 1);
                map.clear();
            }
            default -> list.add("e".repeat(500 + (int) number));
        }
    }

    @Test
    void shouldTakeTheManagedMemoryAndGiveItBackWithTheLastSnapshot() throws Exception {
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore one = stores.open(Types.LONG, 0, 2);
            assertThat(stores.memory().lentBytes()).isEqualTo(16 << 20);
            KeyedStateStore other = stores.open(Types.LONG, 1, 2);
            StoredLong sums = one.longValue("sums", Namespace.none(), StateTtl.NONE);
            one.ordered("timers", Namespace.none()).least();
            StateSnapshot snapshot = one.snapshot(1, SnapshotKind.FULL);
            one.close();
            other.close();

            assertThatThrownBy(() -> sums.get(0)).hasMessage("The state of sums[0] is closed");
            assertThatThrownBy(() -> one.snapshot(2, SnapshotKind.FULL))
                    .hasMessage("The state of sums[0] is closed");
            assertThat(one.memoryBytes()).isZero();
            one.confirm(1);
            one.abort(1);
            assertThat(stores.memory().lentBytes()).isEqualTo(16 << 20);
            assertThat(files()).isNotEmpty();

            assertThat(snapshot.write((bytes, offset, count) -> {})).isPositive();
            snapshot.close();
            snapshot.close();

            assertThat(stores.memory().lentBytes()).isZero();
            assertThat(files()).isEmpty();
            KeyedStateStore again = stores.open(Types.LONG);
            again.setCurrentKey(1);
            assertThat(again.longValue("sums", Namespace.none(), StateTtl.NONE).add(1))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldSayWhichOptionsToSetWhenThereIsTooLittleMemory() {
        try (TestStores stores = new TestStores(1 << 19, folder)) {
            assertThatThrownBy(() -> stores.open(Types.LONG))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("RocksDB for sums[0] has 524288 bytes of managed memory")
                    .hasMessageContaining("taskmanager.memory.managed.size");
        }
    }

    @Test
    void shouldNameDirectoryAndOptionWhenTheDiskTakesNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        try (TestStores stores = new TestStores(16 << 20, file)) {
            assertThatThrownBy(() -> stores.open(Types.LONG))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("state.backend.rocksdb.localdir");
            assertThat(stores.memory().lentBytes()).isZero();
        }
    }

    @Test
    void shouldRemoveWhatProcessesThatWereKilledHaveLeftAndNothingElse() throws Exception {
        Path left = folder.resolve("millrace-rocksdb-killed");
        Files.createDirectories(left.resolve("0"));
        Files.writeString(left.resolve("0/CURRENT"), "left");
        Files.writeString(folder.resolve("millrace-rocksdb-killed.lock"), "");
        Path alive = Files.createDirectories(folder.resolve("millrace-rocksdb-alive"));
        Path lockFile = folder.resolve("millrace-rocksdb-alive.lock");
        try (FileChannel channel =
                        FileChannel.open(
                                lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock();
                TestStores stores = new TestStores(16 << 20, folder)) {
            assertThat(lock.isValid()).isTrue();
            stores.open(Types.LONG).close();

            assertThat(files()).containsExactlyInAnyOrder(alive, lockFile);
        }
    }

    @Test
    void shouldHoldMoreThanTheMemory() throws Exception {
        try (TestStores stores = new TestStores(4 << 20, folder)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredValue<String> texts =
                    store.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
            Random random = new Random(3);
            String[] pieces = new String[16];
            for (int i = 0; i < pieces.length; i++) {
                byte[] bytes = new byte[3000];
                random.nextBytes(bytes);
                pieces[i] = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
            }
            for (long key = 0; key < 10_000; key++) {
                store.setCurrentKey(key);
                texts.put(key + pieces[(int) (key % 16)]);
            }

            // Latin letters of two bytes each half of the time, hardly to be compressed
            assertThat(store.spilledBytes()).isGreaterThan(8 << 20);
            for (long key = 0; key < 10_000; key += 7) {
                store.setCurrentKey(key);
                assertThat(texts.get()).isEqualTo(key + pieces[(int) (key % 16)]);
            }
        }
    }

    @Test
    void shouldRemoveWhatHasExpiredThoughNobodyAsksForIt() throws Exception {
        StateTtl ttl =
                StateTtl.of(
                        Duration.ofMillis(100),
                        Update.ON_CREATE_AND_WRITE,
                        Visibility.NEVER_RETURN_EXPIRED);
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore store = stores.open(Types.LONG);
            store.longValue("for ever", Namespace.none(), StateTtl.NONE);
            StoredLong sums = store.longValue("sums", Namespace.none(), ttl);
            for (long key = 0; key < 30_000; key++) {
                store.setCurrentKey(key);
                sums.put(key);
                if (key % 10 == 0) {
                    stores.wallMillis++;
                }
            }
            // 1,000 keys are alive at any time; each has some thirty bytes in a snapshot
            assertThat(write(store, 1, SnapshotKind.FULL).length()).isLessThan(4_000 * 40);
        }
    }

    @Test
    void shouldKeepWhatIsAliveOfAListWhoseBeginHasExpired() {
        StateTtl ttl =
                StateTtl.of(
                        Duration.ofMillis(100),
                        Update.ON_CREATE_AND_WRITE,
                        Visibility.NEVER_RETURN_EXPIRED);
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredList<String> list = store.list("list", Namespace.none(), Types.STRING, ttl);
            store.setCurrentKey(-1);
            list.add("x".repeat(1900));
            stores.wallMillis += 60;
            list.add("y".repeat(1900));
            stores.wallMillis += 60;
            for (long key = 0; key < 1000; key++) {
                store.setCurrentKey(key);
                list.add("other");
            }
            store.setCurrentKey(-1);

            assertThat(list.iterator()).toIterable().containsExactly("y".repeat(1900));

            stores.wallMillis += 60;
            for (long key = 0; key < 1000; key++) {
                store.setCurrentKey(key);
                list.add("other");
            }
            store.setCurrentKey(-1);
            assertThat(list.isEmpty()).isTrue();
            list.add("z");
            assertThat(list.iterator()).toIterable().containsExactly("z");
        }
    }

    @Test
    void shouldBeginAnewWhenCheckpointsAreGivenUpForLong() throws Exception {
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            for (long key = 0; key < 1000; key++) {
                store.setCurrentKey(key);
                sums.put(key);
            }
            write(store, 1, SnapshotKind.INCREMENTAL);
            store.confirm(1);
            int id = 2;
            for (; id < 100; id++) {
                store.setCurrentKey(id);
                sums.add(1);
                try (StateSnapshot snapshot = store.snapshot(id, SnapshotKind.INCREMENTAL)) {
                    assertThat(snapshot.baseCheckpointId()).isEqualTo(1);
                }
                store.abort(id);
            }
            for (; id < 110; id++) {
                write(store, id, SnapshotKind.INCREMENTAL);
                store.abort(id);
            }
            long full;
            try (StateSnapshot snapshot = store.snapshot(id, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(-1);
                full = snapshot.write((bytes, offset, count) -> {});
            }
            store.confirm(id);
            sums.add(1);
            try (StateSnapshot snapshot = store.snapshot(id + 1, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(id);
                assertThat(snapshot.write((bytes, offset, count) -> {})).isBetween(1L, full / 10);
            }
        }
    }

    @Test
    void shouldTakeOutInOrderMoreThanIsHeldOnTheHeap() throws Exception {
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            Random random = new Random(5);
            KeyedStateStore store = stores.open(Types.STRING);
            OrderedState timers = store.ordered("timers", Namespace.panes());
            TreeSet<Long> expected = new TreeSet<>();
            for (int i = 0; i < 20_000; i++) {
                long order = random.nextLong() >> random.nextInt(60);
                if (random.nextInt(3) > 0 && order != Long.MAX_VALUE) {
                    store.setCurrentKey("k" + order % 100);
                    timers.setPane(order);
                    assertThat(timers.add(order)).isEqualTo(expected.add(order));
                } else if (!expected.isEmpty()) {
                    poll(store, timers, expected);
                }
                if (i == 15_000) {
                    InMemorySnapshot bytes = write(store, 1, SnapshotKind.FULL);
                    store.close();
                    store = stores.open(Types.STRING);
                    store.restore(bytes);
                    timers = store.ordered("timers", Namespace.panes());
                    assertThat(timers.size()).isEqualTo(expected.size()).isGreaterThan(4000);
                }
            }
            while (!expected.isEmpty()) {
                poll(store, timers, expected);
            }
            assertThat(timers.least()).isEqualTo(OrderedState.NONE);
            assertThat(timers.poll(Long.MAX_VALUE)).isFalse();
        }
    }

    private static void poll(KeyedStateStore store, OrderedState timers, TreeSet<Long> expected) {
        long least = expected.pollFirst();
        assertThat(timers.least()).isEqualTo(least);
        assertThat(timers.poll(least - 1)).isFalse();
        assertThat(timers.poll(least)).isTrue();
        assertThat(timers.order()).isEqualTo(least);
        assertThat(timers.pane()).isEqualTo(least);
        assertThat(store.currentKey()).isEqualTo("k" + least % 100);
    }

    @Test
    void shouldTakeOutPairsOfACalendarThatWasRestored() throws Exception {
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore store = stores.openManaged(Types.LONG, 0, 1);
            CalendarState calendar = store.calendar("ends");
            for (long key = 0; key < 3000; key++) {
                store.setCurrentKey(key);
                assertThat(calendar.add(key % 3 - 1)).isTrue();
                assertThat(calendar.add(key % 3 - 1)).isFalse();
            }
            KeyedStateStore restored = stores.open(Types.LONG);
            restored.restore(write(store, 1, SnapshotKind.FULL));
            calendar = restored.calendar("ends");
            restored.setCurrentKey(3L);
            assertThat(calendar.add(-1)).isFalse();
            assertThat(calendar.add(-2)).isTrue();

            Map<Long, Integer> taken = new HashMap<>();
            long last = Long.MIN_VALUE;
            while (calendar.poll(0)) {
                assertThat(calendar.order()).isGreaterThanOrEqualTo(last);
                last = calendar.order();
                taken.merge(last, 1, Integer::sum);
                if (last > -2) {
                    assertThat((Long) restored.currentKey() % 3 - 1).isEqualTo(last);
                }
            }
            assertThat(taken)
                    .containsOnly(Map.entry(-2L, 1), Map.entry(-1L, 1000), Map.entry(0L, 1000));
            assertThat(calendar.poll(1)).isTrue();
        }
    }

    @Test
    void shouldGoThroughLargeMapsThatAreChangedMeanwhileAndLetIteratorsGo() {
        try (TestStores stores = new TestStores(16 << 20, folder)) {
            KeyedStateStore store = stores.open(Types.STRING);
            StoredMap<Integer, Integer> map =
                    store.map("map", Namespace.panes(), Types.INT, Types.INT, StateTtl.NONE);
            store.setCurrentKey("k");
            for (int pane = -1; pane < 2; pane++) {
                map.setPane(pane);
                for (int i = 0; i < 1500; i++) {
                    map.put(i, i);
                }
            }
            map.setPane(0);
            for (int i = 0; i < 100; i++) {
                assertThat(map.iterator().next()).isNotNull();
            }
            Map<Integer, Integer> seen = new HashMap<>();
            for (Iterator<Map.Entry<Integer, Integer>> i = map.iterator(); i.hasNext(); ) {
                Map.Entry<Integer, Integer> entry = i.next();
                assertThat(seen.put(entry.getKey(), entry.getValue())).isNull();
                if (entry.getKey() % 3 == 0) {
                    i.remove();
                } else if (entry.getKey() % 3 == 1 && !seen.containsKey(entry.getKey() + 1)) {
                    map.remove(entry.getKey() + 1);
                }
            }

            for (int i = 0; i < 1500; i += 3) {
                assertThat(seen).containsKey(i).containsKey(i + 1);
                assertThat(map.contains(i)).isFalse();
                assertThat(map.contains(i + 1)).isTrue();
                assertThat(map.contains(i + 2)).isEqualTo(seen.containsKey(i + 2));
            }
            map.clear();
            assertThat(map.isEmpty()).isTrue();
            map.setPane(1);
            assertThat(map.size()).isEqualTo(1500);
            Iterator<Map.Entry<Integer, Integer>> old = map.iterator();
            store.setCurrentKey("other");
            assertThatThrownBy(old::hasNext)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another key became the current one");
        }
    }
}

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHashers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StateStoreTest {

    @Test
    void shouldShowEachPaneOfEachKeyWhateverTheTypes() throws Exception {
        try (TestStores stores = new TestStores(16 << 20)) {
            KeyedStateStore texts = stores.open(Types.STRING);
            KeyedStateStore numbers = stores.open(Types.LONG);
            StoredLong ofText = texts.longValue("of text", Namespace.panes(), StateTtl.NONE);
            StoredLong ofNumber = numbers.longValue("of number", Namespace.panes(), StateTtl.NONE);
            List<String> expected = new ArrayList<>();
            for (long i = 0; i < 20; i++) {
                for (long pane = -1; pane <= i % 3; pane++) {
                    texts.setCurrentKey("key " + i);
                    ofText.setPane(pane);
                    ofText.put(i);
                    numbers.setCurrentKey(i);
                    ofNumber.setPane(pane);
                    ofNumber.put(i);
                    expected.add("key " + i + " in " + pane);
                }
            }

            List<String> inTexts = new ArrayList<>();
            texts.forEachPane(
                    ofText,
                    pane -> {
                        inTexts.add(texts.currentKey() + " in " + pane);
                        ofText.setPane(pane);
                        ofText.clear();
                    });
            List<String> inNumbers = new ArrayList<>();
            numbers.forEachPane(
                    ofNumber, pane -> inNumbers.add("key " + numbers.currentKey() + " in " + pane));

            assertThat(inTexts).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(inNumbers).containsExactlyInAnyOrderElementsOf(expected);
            texts.forEachPane(ofText, pane -> inTexts.add("again"));
            assertThat(inTexts).hasSameSizeAs(expected);
        }
    }

    @Test
    void shouldPutKeysIntoTheGroupsThatTheExchangeSendsThemTo() {
        JobClasses classes = new JobClasses(StateStoreTest.class.getClassLoader());
        for (int maxParallelism : new int[] {1, 7, 128, 200, 4096}) {
            ManagedMemory memory = new ManagedMemory(1 << 20);
            KeyedStateStore store =
                    KeyedStateStore.binary(
                            new KeyedStateSettings(
                                    "op",
                                    Types.LONG,
                                    new KeyGroupRange(0, maxParallelism - 1),
                                    maxParallelism,
                                    classes,
                                    memory.budget("op", 1 << 20),
                                    () -> 0));
            for (long key = -1000; key < 1_000_000_000_000L; key = key * 3 / 2 + 100_001) {
                int expected =
                        KeyGroups.of(
                                KeyHashers.forType(Types.LONG, classes).hash(key), maxParallelism);
                store.setCurrentKey(key);
                assertThat(store.currentKeyGroup()).isEqualTo(expected);
                store.setCurrentKey((Object) key);
                assertThat(store.currentKeyGroup()).isEqualTo(expected);
                assertThat(store.currentKey()).isEqualTo(key);
            }
            store.close();
            memory.close();
        }
    }

    @Test
    void shouldSpreadKeyGroupsAsTheExchangeDoes() {
        for (int maxParallelism : new int[] {1, 10, 128, 130}) {
            for (int parallelism = 1; parallelism <= maxParallelism; parallelism++) {
                for (int group = 0; group < maxParallelism; group++) {
                    int subtask = KeyGroups.subtask(group, maxParallelism, parallelism);
                    assertThat(
                                    KeyGroupRange.of(subtask, maxParallelism, parallelism)
                                            .contains(group))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void shouldRefuseKeysOfOtherSubtasks() {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG, 0, 6);
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < 100; key++) {
                                    store.setCurrentKey(key);
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("this subtask has 0 to 1");
            assertThatThrownBy(() -> store.setCurrentKey("text"))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("java.lang.String cannot be a key of sums[0]");
            assertThatThrownBy(() -> store.setCurrentKey(null))
                    .hasMessage("A key of sums[0] is null");
        }
    }

    private static <K> void shouldBeOneKey(TypeInformation<K> type, List<K> equal) {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(type);
            StoredLong count = store.longValue("count", Namespace.none(), StateTtl.NONE);
            StoredMap<K, String> map =
                    store.map("map", Namespace.of(type), type, Types.STRING, StateTtl.NONE);
            for (int i = 0; i < equal.size(); i++) {
                store.setCurrentKey(equal.get(i));
                assertThat(count.add(1)).as("%s", equal.get(i)).isEqualTo(i + 1);
                map.setNamespace(equal.get(i));
                map.put(equal.get(i), "v");
                assertThat(map.size()).as("%s", equal.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldTakeEqualKeysForOneHoweverTheyAreWritten() {
        double otherNan = Double.longBitsToDouble(0x7ff8000000000001L);
        shouldBeOneKey(Types.DOUBLE, List.of(0.0, -0.0));
        shouldBeOneKey(Types.DOUBLE, List.of(Double.NaN, otherNan));
        shouldBeOneKey(Types.FLOAT, List.of(0.0f, -0.0f));
        shouldBeOneKey(
                Types.TUPLE(Types.DOUBLE, Types.STRING),
                List.of(Tuple2.of(0.0, "a"), Tuple2.of(-0.0, "a")));
        shouldBeOneKey(
                Types.LIST(Types.DOUBLE),
                List.of(
                        List.of(0.0, otherNan),
                        new java.util.LinkedList<>(List.of(-0.0, Double.NaN))));
        shouldBeOneKey(
                Types.MAP(Types.STRING, Types.DOUBLE),
                List.of(
                        Map.of("a", 0.0, "b", 1.0),
                        new java.util.TreeMap<>(Map.of("b", 1.0, "a", -0.0))));
    }

    @Test
    void shouldTakeSetsForOneKeyInWhateverOrder() {
        Set<String> one = new LinkedHashSet<>(Arrays.asList("a", "b", "c"));
        Set<String> other = new LinkedHashSet<>(Arrays.asList("c", "a", "b"));
        shouldBeOneKey(
                new io.millrace.api.type.TypeHint<Set<String>>() {}.getTypeInfo(),
                List.of(one, other));
    }

    /** A key with a field that has several forms of one value. */
    public record Place(double latitude, Double height, Set<String> names) {}

    @Test
    void shouldTakeRecordsForOneKeyThoughTheirFieldsDiffer() {
        shouldBeOneKey(
                io.millrace.api.type.TypeExtractor.forClass(Place.class),
                List.of(
                        new Place(0.0, Double.NaN, new LinkedHashSet<>(List.of("x", "y"))),
                        new Place(
                                0.0,
                                Double.longBitsToDouble(0x7ff8000000000001L),
                                new LinkedHashSet<>(List.of("y", "x")))));
    }

    @Test
    @Tag(TestStores.MANAGED_ONLY)
    void shouldSayWhichOptionsToSetWhenMemoryIsUsedUp() {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredValue<String> texts =
                    store.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
            assertThatThrownBy(
                            () -> {
                                for (long key = 0; key < 1_000_000; key++) {
                                    store.setCurrentKey(key);
                                    texts.put("text " + key);
                                }
                            })
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("State 'texts': The managed memory for sums[0]")
                    .hasMessageContaining("taskmanager.memory.managed.size")
                    .hasMessageContaining("taskmanager.memory.managed.fraction");
            assertThat(store.memoryBytes()).isBetween(1L << 19, 1L << 20);
        }
    }

    @Test
    @Tag(TestStores.MANAGED_ONLY)
    void shouldGiveASnapshotUpRatherThanTheTaskWhenCopiesFindNoMemory() throws Exception {
        try (TestStores stores = new TestStores(4 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            for (long key = 0; key < 60_000; key++) {
                store.setCurrentKey(key);
                sums.put(key);
            }
            StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL);
            for (long key = 0; key < 60_000; key++) {
                store.setCurrentKey(key);
                sums.add(1);
            }
            assertThatThrownBy(() -> snapshot.write((bytes, offset, count) -> {}))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("Checkpoint 1 of sums[0] was given up");
            snapshot.close();
            store.abort(1);
            for (long key = 0; key < 60_000; key++) {
                store.setCurrentKey(key);
                assertThat(sums.get(-1)).isEqualTo(key + 1);
            }
        }
    }

    @Test
    void shouldRefuseStateOfAnotherType() throws Exception {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            store.value("last", Namespace.none(), Types.STRING, StateTtl.NONE);
            assertThatThrownBy(() -> store.longValue("last", Namespace.none(), StateTtl.NONE))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("State 'last' of sums[0] is a value of String")
                    .hasMessageContaining("a value of Long is asked for");
            InMemorySnapshot bytes = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL)) {
                snapshot.write(bytes);
            }
            KeyedStateStore other = stores.open(Types.LONG);
            other.list("last", Namespace.none(), Types.STRING, StateTtl.NONE);
            assertThatThrownBy(() -> other.restore(bytes))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("is a list of String, and in memory a value of String");
            assertThatThrownBy(() -> stores.open(Types.STRING).restore(bytes))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("keys of sums[0] are of the type String");
        }
    }

    @Test
    void shouldKeepAndWriteAgainWhatNobodyHasAskedFor() throws Exception {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredList<String> list =
                    store.list("list", Namespace.none(), Types.STRING, StateTtl.NONE);
            store.setCurrentKey(7);
            list.add("a");
            InMemorySnapshot first = write(store, 1);
            KeyedStateStore second = stores.open(Types.LONG);
            second.restore(first);
            InMemorySnapshot again = write(second, 2);
            KeyedStateStore third = stores.open(Types.LONG);
            third.restore(again);
            third.setCurrentKey(7);
            Iterator<String> elements =
                    third.list("list", Namespace.none(), Types.STRING, StateTtl.NONE).iterator();
            assertThat(elements.next()).isEqualTo("a");
            assertThat(elements.hasNext()).isFalse();
        }
    }

    private static InMemorySnapshot write(KeyedStateStore store, long id) throws Exception {
        InMemorySnapshot bytes = new InMemorySnapshot();
        try (StateSnapshot snapshot = store.snapshot(id, SnapshotKind.CANONICAL)) {
            snapshot.write(bytes);
        }
        return bytes;
    }

    @Test
    void shouldWriteTheSameCanonicalBytesWhateverTheOrderOfWriting() throws Exception {
        try (TestStores stores = new TestStores(16 << 20)) {
            KeyedStateStore up = stores.open(Types.STRING);
            KeyedStateStore down = stores.open(Types.STRING);
            StoredLong upB = up.longValue("b", Namespace.none(), StateTtl.NONE);
            StoredLong upA = up.longValue("a", Namespace.none(), StateTtl.NONE);
            StoredLong downA = down.longValue("a", Namespace.none(), StateTtl.NONE);
            StoredLong downB = down.longValue("b", Namespace.none(), StateTtl.NONE);
            for (int i = 0; i < 500; i++) {
                up.setCurrentKey("k" + i);
                upA.put(i);
                upB.put(-i);
                down.setCurrentKey("k" + (499 - i));
                downA.put(499 - i);
                downB.put(i - 499);
            }
            assertThat(write(up, 1).bytes()).isEqualTo(write(down, 1).bytes());
        }
    }

    @Test
    void shouldWriteWhatHasChangedAndNothingElse() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            for (long key = 0; key < 10_000; key++) {
                store.setCurrentKey(key);
                sums.put(key);
            }
            InMemorySnapshot full = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(-1);
                snapshot.write(full);
            }
            store.confirm(1);
            store.setCurrentKey(5);
            sums.add(1);
            store.setCurrentKey(6);
            sums.clear();
            InMemorySnapshot increment = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(2, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(1);
                snapshot.write(increment);
            }
            assertThat(increment.length()).isLessThan(400);
            store.abort(2);
            store.setCurrentKey(7);
            sums.add(1);
            InMemorySnapshot next = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(3, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(1);
                snapshot.write(next);
            }
            KeyedStateStore restored = stores.open(Types.LONG);
            restored.restore(full);
            restored.restore(next);
            restored.restored(3);
            StoredLong found = restored.longValue("sums", Namespace.none(), StateTtl.NONE);
            long[] expected = {6, -1, 8};
            for (int i = 0; i < 3; i++) {
                restored.setCurrentKey(5 + i);
                assertThat(found.get(-1)).isEqualTo(expected[i]);
            }
            found.add(1);
            try (StateSnapshot snapshot = restored.snapshot(9, SnapshotKind.INCREMENTAL)) {
                assertThat(snapshot.baseCheckpointId()).isEqualTo(3);
                assertThat(snapshot.write((bytes, offset, count) -> {})).isLessThan(400);
            }
        }
    }

    @Test
    void shouldRefuseUseAfterClose() {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
            StoredValue<String> texts =
                    store.value("texts", Namespace.none(), Types.STRING, StateTtl.NONE);
            store.setCurrentKey(1);
            sums.put(1);
            texts.put("a");
            store.close();
            store.close();
            assertThatThrownBy(() -> sums.get(0)).hasMessage("The state of sums[0] is closed");
            assertThatThrownBy(texts::get).hasMessage("The state of sums[0] is closed");
            assertThatThrownBy(() -> store.setCurrentKey(1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    @Tag(TestStores.MANAGED_ONLY)
    void shouldNotKeepTombstonesForWindowsThatComeAndGo() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong counts = store.longValue("counts", Namespace.panes(), StateTtl.NONE);
            StoredValue<String> last =
                    store.value("last", Namespace.panes(), Types.STRING, StateTtl.NONE);
            long most = 0;
            for (int pane = 0; pane < 60; pane++) {
                for (long key = 0; key < 2000; key++) {
                    store.setCurrentKey(key);
                    counts.setPane(pane);
                    counts.add(1);
                    last.setPane(pane);
                    last.put("value of " + key);
                    if (pane >= 2) {
                        counts.setPane(pane - 2);
                        counts.clear();
                        last.setPane(pane - 2);
                        last.clear();
                    }
                }
                try (StateSnapshot snapshot = store.snapshot(pane + 1, SnapshotKind.INCREMENTAL)) {
                    snapshot.write((bytes, offset, count) -> {});
                }
                store.confirm(pane + 1);
                if (pane == 15) {
                    most = store.memoryBytes();
                }
            }
            assertThat(store.memoryBytes()).isLessThan(most * 3 / 2);
        }
    }
}

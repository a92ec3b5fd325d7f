package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.state.StateTtl.Update;
import io.millrace.runtime.state.StateTtl.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StateTtlTest {
    private static final StateTtl WRITTEN = ttl(Update.ON_CREATE_AND_WRITE);
    private static final StateTtl READ = ttl(Update.ON_READ_AND_WRITE);

    private static StateTtl ttl(Update update) {
        return StateTtl.of(Duration.ofMillis(100), update, Visibility.NEVER_RETURN_EXPIRED);
    }

    @Test
    void shouldForgetValuesThatWereNotWrittenForTheirTime() {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong inTable = store.longValue("table", Namespace.none(), WRITTEN);
            StoredValue<String> inLog = store.value("log", Namespace.none(), Types.STRING, WRITTEN);
            store.setCurrentKey(1);
            inTable.put(5);
            inLog.put("a");
            stores.wallMillis += 99;
            assertThat(inTable.get(-1)).isEqualTo(5);
            assertThat(inLog.get()).isEqualTo("a");
            stores.wallMillis += 1;
            assertThat(inTable.isEmpty()).isTrue();
            assertThat(inLog.isEmpty()).isTrue();
            assertThat(inTable.get(-1)).isEqualTo(-1);
            assertThat(inLog.get()).isNull();
            assertThat(inTable.add(3)).isEqualTo(3);
        }
    }

    @Test
    void shouldLiveLongerByReadingWhereReadingCounts() {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong inTable = store.longValue("table", Namespace.none(), READ);
            StoredMap<String, Long> map =
                    store.map("map", Namespace.none(), Types.STRING, Types.LONG, READ);
            store.setCurrentKey(1);
            inTable.put(5);
            map.put("read", 1L);
            map.put("forgotten", 1L);
            for (int i = 0; i < 10; i++) {
                stores.wallMillis += 60;
                assertThat(inTable.get(-1)).isEqualTo(5);
                assertThat(map.get("read")).isEqualTo(1);
            }
            assertThat(map.contains("forgotten")).isFalse();
            assertThat(map.size()).isEqualTo(1);
            stores.wallMillis += 100;
            assertThat(map.isEmpty()).isTrue();
        }
    }

    @Test
    void shouldReturnWhatHasExpiredOnceWhereThatIsAllowed() {
        StateTtl lenient =
                new StateTtl(
                        100,
                        Update.ON_CREATE_AND_WRITE,
                        Visibility.RETURN_EXPIRED_IF_NOT_CLEANED_UP);
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.STRING);
            StoredValue<String> value =
                    store.value("value", Namespace.none(), Types.STRING, lenient);
            store.setCurrentKey("k");
            value.put("a");
            stores.wallMillis += 1000;
            assertThat(value.get()).isEqualTo("a");
            assertThat(value.get()).isNull();
        }
    }

    @Test
    void shouldForgetListsPieceByPiece() {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredList<String> list = store.list("list", Namespace.none(), Types.STRING, WRITTEN);
            store.setCurrentKey(1);
            list.add("x".repeat(1900));
            stores.wallMillis += 60;
            list.add("y".repeat(1900));
            stores.wallMillis += 60;
            List<String> seen = new ArrayList<>();
            list.iterator().forEachRemaining(seen::add);
            assertThat(seen).containsExactly("y".repeat(1900));
            stores.wallMillis += 60;
            assertThat(list.isEmpty()).isTrue();
            list.add("z");
            seen.clear();
            list.iterator().forEachRemaining(seen::add);
            assertThat(seen).containsExactly("z");
        }
    }

    @Test
    @Tag(TestStores.MANAGED_ONLY)
    void shouldGiveMemoryOfExpiredKeysBackThoughNobodyAsksForThem() {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong inTable = store.longValue("table", Namespace.none(), WRITTEN);
            StoredValue<String> inLog = store.value("log", Namespace.none(), Types.STRING, WRITTEN);
            StoredList<String> list = store.list("list", Namespace.none(), Types.STRING, WRITTEN);
            long most = 0;
            for (long key = 0; key < 400_000; key++) {
                store.setCurrentKey(key);
                inTable.put(key);
                inLog.put("value " + key);
                if (key % 50 == 0) {
                    list.add("x".repeat(1900));
                    list.add("y".repeat(1900));
                }
                if (key % 100 == 0) {
                    stores.wallMillis++;
                }
                if (key == 100_000) {
                    most = store.memoryBytes();
                }
            }
            // 10,000 keys are alive at any time
            assertThat(store.memoryBytes()).isLessThan(most * 3 / 2);
        }
    }

    @Test
    void shouldNotBringExpiredValuesBackByRestoring() throws Exception {
        try (TestStores stores = new TestStores(64 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            StoredLong before = store.longValue("table", Namespace.none(), WRITTEN);
            store.setCurrentKey(1);
            before.put(5);
            stores.wallMillis += 60;
            store.setCurrentKey(2);
            before.put(6);
            InMemorySnapshot bytes = new InMemorySnapshot();
            try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL)) {
                snapshot.write(bytes);
            }
            stores.wallMillis += 60;
            KeyedStateStore restored = stores.open(Types.LONG);
            restored.restore(bytes);
            StoredLong after = restored.longValue("table", Namespace.none(), WRITTEN);
            restored.setCurrentKey(1);
            assertThat(after.get(-1)).isEqualTo(-1);
            restored.setCurrentKey(2);
            assertThat(after.get(-1)).isEqualTo(6);
            assertThatThrownBy(() -> restored.longValue("table", Namespace.none(), StateTtl.NONE))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("value of Long, with a time to live");
        }
    }
}

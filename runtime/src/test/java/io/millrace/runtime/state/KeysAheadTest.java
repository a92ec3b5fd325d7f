package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is read, and when; that reading changes nothing, {@link StateModelTest} shows. */
@Tag(TestStores.MANAGED_ONLY)
class KeysAheadTest {
    private final TestStores stores = new TestStores(64 << 20);

    @Test
    void shouldHaveNothingToReadWhenNothingWasLookedUpSinceTheLastTime() {
        try (stores) {
            BinaryStateStore store = (BinaryStateStore) stores.open(Types.LONG);
            StoredLong sum = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            KeysAhead ahead = store.keysAhead(0);
            assertThat(ahead.begin()).isFalse();

            store.setCurrentKey(1L);
            sum.add(1);

            assertThat(ahead.begin()).isTrue();
            assertThat(ahead.begin()).isFalse();
        }
    }

    @Test
    void shouldHaveNothingToReadWhenWhatWasLookedUpIsFoundByMoreThanItsKey() {
        try (stores) {
            BinaryStateStore store = (BinaryStateStore) stores.open(Types.LONG);
            StoredLong panes = store.longValue("panes", Namespace.panes(), StateTtl.NONE);
            StoredMap<String, Long> map =
                    store.map("map", Namespace.none(), Types.STRING, Types.LONG, StateTtl.NONE);
            StoredValue<String> windows =
                    store.value("w", Namespace.of(Types.STRING), Types.STRING, StateTtl.NONE);
            KeysAhead ahead = store.keysAhead(0);

            store.setCurrentKey(1L);
            panes.setPane(3);
            panes.put(1);
            map.put("a", 1L);
            windows.setNamespace("w");
            windows.put("v");

            assertThat(ahead.begin()).isFalse();
        }
    }

    @Test
    void shouldHaveNothingToReadUntilThereIsMuch() {
        try (stores) {
            BinaryStateStore store = (BinaryStateStore) stores.open(Types.LONG);
            StoredLong sum = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            KeysAhead ahead = store.keysAhead();
            store.setCurrentKey(1L);
            sum.add(1);
            assertThat(ahead.begin()).isFalse();

            for (long key = 0; key < 150_000; key++) {
                store.setCurrentKey(key);
                sum.add(1);
            }

            assertThat(ahead.begin()).isTrue();
        }
    }

    @Test
    void shouldRefuseKeysThatTheStoreCannotHave() {
        try (stores) {
            BinaryStateStore store = (BinaryStateStore) stores.open(Types.STRING, 0, 2);
            KeysAhead ahead = store.keysAhead(0);
            int[] refused = {0};
            for (int i = 0; i < KeysAhead.KEYS; i++) {
                String key = "key" + i;
                try {
                    ahead.add(key);
                } catch (StateException e) {
                    assertThatThrownBy(() -> store.setCurrentKey(key)).hasMessage(e.getMessage());
                    refused[0]++;
                }
            }

            assertThat(refused[0]).isBetween(1, KeysAhead.KEYS - 1);
            assertThatThrownBy(() -> ahead.add(null)).isInstanceOf(StateException.class);
            assertThatThrownBy(() -> ahead.add(7)).isInstanceOf(StateException.class);
        }
    }
}

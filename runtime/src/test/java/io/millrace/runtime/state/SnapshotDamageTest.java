package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SnapshotDamageTest {
    private static final int KEYS = 12;

    static byte[] snapshot(TestStores stores) throws IOException {
        KeyedStateStore store = stores.open(Types.LONG);
        StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
        StoredMap<String, Long> map =
                store.map("map", Namespace.panes(), Types.STRING, Types.LONG, StateTtl.NONE);
        OrderedState timers = store.ordered("timers", Namespace.none());
        for (long key = 0; key < KEYS; key++) {
            store.setCurrentKey(key);
            sums.put(key * 1000);
            map.setPane(key);
            map.put("a", key);
            timers.add(key);
        }
        InMemorySnapshot bytes = new InMemorySnapshot();
        try (StateSnapshot snapshot = store.snapshot(1, SnapshotKind.FULL)) {
            snapshot.write(bytes);
        }
        store.close();
        return bytes.bytes();
    }

    @Test
    void shouldNameTheSnapshotWhicheverByteIsWrong() throws IOException {
        try (TestStores stores = new TestStores(64 << 20)) {
            byte[] good = snapshot(stores);
            for (int i = 0; i < good.length; i++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << i % 8);
                KeyedStateStore store = stores.open(Types.LONG);
                assertThatThrownBy(() -> store.restore(new InMemorySnapshot(bad)))
                        .as("byte %d", i)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("memory");
                store.close();
            }
        }
    }

    @Test
    void shouldNotNoticeDamageInKeyGroupsOfOthers() throws IOException {
        try (TestStores stores = new TestStores(64 << 20)) {
            byte[] good = snapshot(stores);
            int harmless = 0;
            for (int i = 0; i < good.length; i++) {
                byte[] bad = good.clone();
                bad[i] ^= 0x40;
                KeyedStateStore store = stores.open(Types.LONG, 0, 2);
                StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
                try {
                    store.restore(new InMemorySnapshot(bad));
                    harmless++;
                    for (long key = 0; key < KEYS; key++) {
                        if (isOf(store, key)) {
                            assertThat(sums.get(-1)).isEqualTo(key * 1000);
                        }
                    }
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("damaged");
                }
                store.close();
            }
            assertThat(harmless).isBetween(1, good.length - 1);
        }
    }

    private static boolean isOf(KeyedStateStore store, long key) {
        try {
            store.setCurrentKey(key);
            return true;
        } catch (StateException e) {
            return false;
        }
    }

    @Test
    void shouldRefuseWhatIsCutOff() throws IOException {
        try (TestStores stores = new TestStores(64 << 20)) {
            byte[] good = snapshot(stores);
            for (int length = 0; length < good.length; length += 7) {
                byte[] bad = Arrays.copyOf(good, length);
                KeyedStateStore store = stores.open(Types.LONG);
                assertThatThrownBy(() -> store.restore(new InMemorySnapshot(bad)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("memory");
                store.close();
            }
        }
    }

    @Test
    void shouldNameTheVersionOfANewerBuild() throws IOException {
        try (TestStores stores = new TestStores(64 << 20)) {
            byte[] newer = snapshot(stores);
            newer[newer.length - 9] = 9;
            CRC32C crc = new CRC32C();
            crc.update(newer, newer.length - 24, 20);
            for (int i = 0; i < 4; i++) {
                newer[newer.length - 4 + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
            }
            KeyedStateStore store = stores.open(Types.LONG);
            assertThatThrownBy(() -> store.restore(new InMemorySnapshot(newer)))
                    .hasMessageContaining("has version 9, this build reads 1");
        }
    }
}

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Some of {@link SnapshotDamageTest} over RocksDB, whose stores take their time to open. */
class RocksDbDamageTest {

    @Test
    void shouldNameTheSnapshotThatIsDamagedOrCutOff() throws IOException {
        try (TestStores stores = new TestStores(64 << 20)) {
            byte[] good = SnapshotDamageTest.snapshot(stores);
            for (int i = 0; i < good.length; i += 29) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << i % 8);
                shouldBeRefused(stores, bad);
                shouldBeRefused(stores, Arrays.copyOf(good, i));
            }
        }
    }

    private static void shouldBeRefused(TestStores stores, byte[] bad) {
        KeyedStateStore store = stores.open(Types.LONG);
        assertThatThrownBy(() -> store.restore(new InMemorySnapshot(bad)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory");
        store.close();
    }
}

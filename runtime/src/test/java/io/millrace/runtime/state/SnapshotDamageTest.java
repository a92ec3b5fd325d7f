package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.serializer.TypeShape;
import io.millrace.runtime.state.StateDefinition.Kind;
import io.millrace.runtime.state.StateDefinition.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
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

    /** A snapshot of one state with one entry, all of whose sums are right. */
    private static InMemorySnapshot withOneEntry(
            Shape state, int keyLength, int restLength, int valueLength) throws IOException {
        InMemorySnapshot bytes = new InMemorySnapshot();
        SnapshotWriter writer =
                new SnapshotWriter(
                        bytes,
                        new SnapshotWriter.Description(
                                KeyGroupRange.of(0, TestStores.MAX_PARALLELISM, 1),
                                TestStores.MAX_PARALLELISM,
                                TypeShape.text(Types.LONG),
                                List.of(state)),
                        1,
                        -1,
                        SnapshotKind.FULL);
        writer.begin(0);
        int length = keyLength + restLength;
        writer.entry(
                0, new byte[length], 0, keyLength, length, false, 0, new byte[64], 0, valueLength);
        writer.end();
        writer.finish();
        return bytes;
    }

    private static Shape shape(Kind kind, Namespace<?> namespace, TypeInformation<?> valueType) {
        return Shape.of(
                "state",
                kind,
                namespace,
                kind == Kind.MAP ? Types.STRING : null,
                valueType,
                StateTtl.NONE);
    }

    @Test
    void shouldRefuseEntriesThatDoNotFitTheirState() throws IOException {
        Shape sums = shape(Kind.VALUE, Namespace.none(), Types.LONG);
        Shape byPane = shape(Kind.VALUE, Namespace.panes(), Types.LONG);
        Shape byText = shape(Kind.VALUE, Namespace.of(Types.STRING), Types.STRING);
        Shape list = shape(Kind.LIST, Namespace.none(), Types.STRING);
        Shape map = shape(Kind.MAP, Namespace.panes(), Types.STRING);
        Shape timers = shape(Kind.ORDERED, Namespace.none(), null);

        shouldFit(sums, 8, 0, 8);
        shouldNotFit(sums, 7, 0, 8);
        shouldNotFit(sums, 8, 1, 8);
        shouldNotFit(sums, 8, 0, 9);
        shouldFit(byPane, 8, 8, 8);
        shouldNotFit(byPane, 8, 0, 8);
        shouldFit(byText, 8, 4, 20);
        shouldNotFit(byText, 8, 3, 20);
        shouldFit(list, 8, 4, 4);
        shouldNotFit(list, 8, 3, 4);
        shouldFit(map, 8, 9, 20);
        shouldNotFit(map, 8, 8, 20);
        shouldFit(timers, 8, 8, 0);
        shouldNotFit(timers, 8, 7, 0);
    }

    private static void shouldFit(Shape state, int keyLength, int restLength, int valueLength)
            throws IOException {
        try (TestStores stores = new TestStores(1 << 20)) {
            stores.open(Types.LONG)
                    .restore(withOneEntry(state, keyLength, restLength, valueLength));
        }
    }

    private static void shouldNotFit(Shape state, int keyLength, int restLength, int valueLength) {
        try (TestStores stores = new TestStores(1 << 20)) {
            KeyedStateStore store = stores.open(Types.LONG);
            assertThatThrownBy(
                            () ->
                                    store.restore(
                                            withOneEntry(
                                                    state, keyLength, restLength, valueLength)))
                    .isInstanceOf(DamagedSnapshotException.class)
                    .hasMessage(
                            "The state in memory is damaged: a record of key group 0 does not fit"
                                    + " its state");
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

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State that a program has left, restored by a later version of the program's classes. */
class StateEvolutionTest {
    private static final int GROUPS = 10;
    private static final StateTtl NONE = StateTtl.NONE;

    @TempDir Path folder;

    private final ManagedMemory memory = new ManagedMemory(32 << 20);
    private final StateBackends backends = new StateBackends();
    private final List<AutoCloseable> open = new ArrayList<>();
    private int versions;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        memory.close();
    }

    /** A version of the user's class {@code acme.User}. */
    private final class Version {
        final JobClasses classes;
        final Class<?> user;

        Version(String source) throws Exception {
            Path place = Files.createDirectories(folder.resolve("v" + ++versions));
            Path file = place.resolve("acme/User.java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "package acme; " + source);
            assertThat(
                            ToolProvider.getSystemJavaCompiler()
                                    .run(null, null, null, "-d", place.toString(), file.toString()))
                    .isZero();
            URLClassLoader loader =
                    new URLClassLoader(
                            new URL[] {place.toUri().toURL()},
                            StateEvolutionTest.class.getClassLoader());
            open.add(loader);
            classes = new JobClasses(loader);
            user = loader.loadClass("acme.User");
        }

        @SuppressWarnings("unchecked")
        TypeInformation<Object> type() {
            return (TypeInformation<Object>) TypeExtractor.forClass(user);
        }

        Object make(Object... arguments) throws ReflectiveOperationException {
            Constructor<?> constructor = user.getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        }

        KeyedStateStore store() {
            KeyedStateStore store =
                    backends.open(
                            new KeyedStateSettings(
                                    "users[0]",
                                    Types.LONG,
                                    new KeyGroupRange(0, GROUPS - 1),
                                    GROUPS,
                                    classes,
                                    memory.budget("users[0]", memory.totalBytes()),
                                    () -> 1000),
                            TestedBackend.options());
            open.add(0, store);
            return store;
        }
    }

    private static InMemorySnapshot snapshot(KeyedStateStore store, long id, SnapshotKind kind)
            throws IOException {
        InMemorySnapshot written = new InMemorySnapshot();
        try (StateSnapshot snapshot = store.snapshot(id, kind)) {
            snapshot.write(written);
        }
        return written;
    }

    @Test
    void shouldReadValuesListsAndMapsByTheClassAsItIsNow() throws Exception {
        Version before = new Version("public record User(String name, int age) {}");
        Version after =
                new Version("public record User(long visits, String name, Double weight) {}");
        KeyedStateStore store = before.store();
        StoredValue<Object> value = store.value("value", Namespace.none(), before.type(), NONE);
        StoredValue<Object> panes = store.value("panes", Namespace.panes(), before.type(), NONE);
        StoredList<Object> list = store.list("list", Namespace.none(), before.type(), NONE);
        StoredMap<String, Object> map =
                store.map("map", Namespace.none(), Types.STRING, before.type(), NONE);
        StoredLong untouched = store.longValue("untouched", Namespace.none(), NONE);
        for (long key = 0; key < 50; key++) {
            store.setCurrentKey(key);
            value.put(before.make("v" + key, 1));
            panes.setPane(key * 10);
            panes.put(before.make("p" + key, 2));
            untouched.put(key);
            // of several pieces
            for (int i = 0; i < 3 * key; i++) {
                list.add(before.make("l".repeat(100) + i, i));
            }
            for (int i = 0; i < key % 7; i++) {
                map.put("k" + i, before.make("m" + i, i));
            }
        }
        InMemorySnapshot full = snapshot(store, 1, SnapshotKind.FULL);

        KeyedStateStore restored = after.store();
        restored.restore(full);
        restored.restored(1);
        StoredValue<Object> value2 = restored.value("value", Namespace.none(), after.type(), NONE);
        StoredValue<Object> panes2 = restored.value("panes", Namespace.panes(), after.type(), NONE);
        StoredList<Object> list2 = restored.list("list", Namespace.none(), after.type(), NONE);
        StoredMap<String, Object> map2 =
                restored.map("map", Namespace.none(), Types.STRING, after.type(), NONE);
        StoredLong untouched2 = restored.longValue("untouched", Namespace.none(), NONE);
        // again, after it was written by the later version
        try (StateSnapshot next = restored.snapshot(2, SnapshotKind.INCREMENTAL)) {
            assertThat(next.baseCheckpointId()).as("a full one").isEqualTo(-1);
        }
        for (long key = 0; key < 50; key++) {
            restored.setCurrentKey(key);
            assertThat(value2.get()).isEqualTo(after.make(0L, "v" + key, null));
            panes2.setPane(key * 10);
            assertThat(panes2.get()).isEqualTo(after.make(0L, "p" + key, null));
            assertThat(untouched2.get(-1)).isEqualTo(key);
            List<Object> expected = new ArrayList<>();
            for (int i = 0; i < 3 * key; i++) {
                expected.add(after.make(0L, "l".repeat(100) + i, null));
            }
            assertThat(list2.iterator()).toIterable().containsExactlyElementsOf(expected);
            Map<String, Object> found = new TreeMap<>();
            map2.iterator().forEachRemaining(e -> found.put(e.getKey(), e.getValue()));
            Map<String, Object> entries = new TreeMap<>();
            for (int i = 0; i < key % 7; i++) {
                entries.put("k" + i, after.make(0L, "m" + i, null));
            }
            assertThat(found).isEqualTo(entries);
        }
        KeyedStateStore third = after.store();
        third.restore(snapshot(restored, 3, SnapshotKind.CANONICAL));
        third.setCurrentKey(7);
        assertThat(third.value("value", Namespace.none(), after.type(), NONE).get())
                .isEqualTo(after.make(0L, "v7", null));
    }

    @Test
    void shouldPutNumbersWhereTheyBelongOnceTheirTypeIsKnown() throws Exception {
        Version version = new Version("public record User() {}");
        TypeInformation<Object> unknown = new UnknownTypeInfo<>(Object.class, "erased");
        KeyedStateStore store = version.store();
        StoredValue<Object> sums = store.value("sums", Namespace.none(), unknown, NONE);
        for (long key = 0; key < 100; key++) {
            store.setCurrentKey(key);
            sums.put(3 * key);
        }

        KeyedStateStore restored = version.store();
        restored.restore(snapshot(store, 1, SnapshotKind.FULL));
        StoredLong found = restored.longValue("sums", Namespace.none(), NONE);
        KeyedStateStore third = version.store();
        third.restore(snapshot(restored, 2, SnapshotKind.FULL));
        StoredLong again = third.longValue("sums", Namespace.none(), NONE);

        for (long key = 0; key < 100; key++) {
            restored.setCurrentKey(key);
            assertThat(found.get(-1)).isEqualTo(3 * key);
            third.setCurrentKey(key);
            assertThat(again.get(-1)).isEqualTo(3 * key);
        }
    }

    @Test
    void shouldRefuseOtherTypesAndNameBothShapes() throws Exception {
        Version before = new Version("public record User(String name, int age) {}");
        Version after = new Version("public record User(String name, String age) {}");
        KeyedStateStore store = before.store();
        StoredValue<Object> value = store.value("value", Namespace.none(), before.type(), NONE);
        store.setCurrentKey(1);
        value.put(before.make("a", 1));
        InMemorySnapshot full = snapshot(store, 1, SnapshotKind.FULL);

        KeyedStateStore restored = after.store();
        restored.restore(full);
        assertThatThrownBy(() -> restored.value("value", Namespace.none(), after.type(), NONE))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("value of record acme.User{name:String,age:Integer}")
                .hasMessageContaining("value of record acme.User{name:String,age:String}")
                .hasMessageContaining("field 'age' was Integer and is String now");
        assertThatThrownBy(() -> restored.list("value", Namespace.none(), before.type(), NONE))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("list of record acme.User");
    }

    @Test
    void shouldRefuseToChangeAStateThatIsInUse() throws Exception {
        Version before = new Version("public record User(String name) {}");
        Version after = new Version("public record User(String name, int age) {}");
        KeyedStateStore store = before.store();
        store.value("value", Namespace.none(), before.type(), NONE);

        assertThatThrownBy(() -> store.value("value", Namespace.none(), after.type(), NONE))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("is asked for");
    }
}

package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.StateSnapshot;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * State of keys, timers and lists through files from one parallelism to another and on to a third,
 * whatever the number of key groups: nothing is lost, nothing is there twice, and all of it is
 * where its records go.
 */
class RescaleThroughFilesTest {
    private static final JobClasses CLASSES =
            new JobClasses(RescaleThroughFilesTest.class.getClassLoader());
    private static final String UID = "operator";

    /** What all subtasks of an operator have together. */
    private record Content(
            Map<Long, Long> sums,
            Map<Long, Map<String, Long>> maps,
            Map<Long, Long> timers,
            List<Integer> split,
            List<Integer> union,
            Set<Integer> broadcast) {}

    /** The subtasks of an operator. */
    private static final class Stage implements AutoCloseable {
        final int parallelism;
        final int groups;
        final ManagedMemory memory = new ManagedMemory(64 << 20);
        final List<KeyedStateStore> stores = new ArrayList<>();
        final List<List<byte[]>> split = new ArrayList<>();
        final List<List<byte[]>> union = new ArrayList<>();
        final List<List<byte[]>> broadcast = new ArrayList<>();

        Stage(int parallelism, int groups) {
            this.parallelism = parallelism;
            this.groups = groups;
            for (int s = 0; s < parallelism; s++) {
                stores.add(
                        KeyedStateStore.binary(
                                new KeyedStateSettings(
                                        UID + "[" + s + "]",
                                        Types.LONG,
                                        KeyGroupRange.of(s, groups, parallelism),
                                        groups,
                                        CLASSES,
                                        memory.budget(UID + s, memory.totalBytes()),
                                        () -> 1)));
                split.add(new ArrayList<>());
                union.add(new ArrayList<>());
                broadcast.add(new ArrayList<>());
            }
        }

        KeyedStateStore storeOf(long key) {
            int group = KeyGroups.of(Long.hashCode(key), groups);
            KeyedStateStore store = stores.get(KeyGroups.subtask(group, groups, parallelism));
            store.setCurrentKey(key);
            return store;
        }

        static StoredLong sums(KeyedStateStore store) {
            return store.longValue("sums", Namespace.none(), StateTtl.NONE);
        }

        static StoredMap<String, Long> maps(KeyedStateStore store) {
            return store.map("maps", Namespace.none(), Types.STRING, Types.LONG, StateTtl.NONE);
        }

        static OrderedState timers(KeyedStateStore store) {
            return store.ordered("timers", Namespace.none());
        }

        CheckpointMetadata write(Path folder, long id) {
            List<SubtaskSnapshot> snapshots = new ArrayList<>();
            for (int s = 0; s < parallelism; s++) {
                StateSnapshot keyed = stores.get(s).snapshot(id, SnapshotKind.FULL);
                KeyGroupRange range = stores.get(s).keyGroups();
                List<SnapshotPart> parts =
                        List.of(
                                new ListPart(Kind.SPLIT_LIST, "split", "Integer", split.get(s)),
                                new ListPart(Kind.UNION_LIST, "union", "Integer", union.get(s)),
                                new ListPart(
                                        Kind.BROADCAST, "broadcast", "Integer", broadcast.get(s)),
                                new SnapshotPart() {
                                    @Override
                                    public void write(PartWriter out) throws IOException {
                                        out.keyed(
                                                "keyed",
                                                "",
                                                range.first(),
                                                range.last(),
                                                keyed::write);
                                    }

                                    @Override
                                    public void release() {
                                        keyed.close();
                                    }
                                });
                snapshots.add(
                        new SubtaskSnapshot(
                                new AttemptId("job", 0, s, 1, 1),
                                0,
                                0,
                                List.of(new SubtaskSnapshot.Operator(UID, parts))));
            }
            AtomicReference<Stored> stored = new AtomicReference<>();
            CheckpointFolder job = new CheckpointFolder(folder.toString());
            FileCheckpointStorage storage = new FileCheckpointStorage(Runnable::run);
            storage.write(
                    new SnapshotStorage.WorkerSnapshot(job, id, 1, "w", snapshots),
                    () -> true,
                    stored::set);
            Stored.Done done = (Stored.Done) stored.get();
            CheckpointMetadata metadata =
                    new CheckpointMetadata(
                            id,
                            1,
                            "job",
                            "job",
                            1,
                            List.of(done.file()),
                            List.of(
                                    new Vertex(
                                            0,
                                            "vertex",
                                            parallelism,
                                            groups,
                                            done.subtasks().stream()
                                                    .map(
                                                            state ->
                                                                    new CheckpointMetadata.Subtask(
                                                                            false,
                                                                            0,
                                                                            state.operators()))
                                                    .toList())));
            storage.writePending(job, metadata, r -> {});
            storage.publish(job, id, r -> {});
            return metadata;
        }

        static Stage restored(Path checkpoint, int parallelism, int groups) throws IOException {
            StateAssignment assignment =
                    SavepointPath.findWhole(checkpoint.toString()).assignment();
            JobVertex vertex =
                    new JobVertex(
                            5,
                            "other",
                            parallelism,
                            groups,
                            "default",
                            new byte[0],
                            List.of(),
                            List.of(),
                            List.of(
                                    new JobVertex.Operator("new", "new", "", false),
                                    new JobVertex.Operator(UID, "o", "Long", false)));
            Stage stage = new Stage(parallelism, groups);
            for (int s = 0; s < parallelism; s++) {
                RestoredState state = assignment.of(vertex, s);
                try (StateReader reader = new StateReader(state)) {
                    for (Slice slice : state.slices(UID)) {
                        switch (slice.part().kind()) {
                            case SPLIT_LIST -> stage.split.get(s).addAll(reader.elements(slice));
                            case UNION_LIST -> stage.union.get(s).addAll(reader.elements(slice));
                            case BROADCAST -> stage.broadcast.get(s).addAll(reader.elements(slice));
                            case KEYED -> stage.stores.get(s).restore(reader.input(slice));
                            default -> throw new AssertionError(slice);
                        }
                    }
                }
            }
            return stage;
        }

        void check(Content content) {
            for (Map.Entry<Long, Long> sum : content.sums().entrySet()) {
                KeyedStateStore store = storeOf(sum.getKey());
                assertThat(sums(store).get(-1)).isEqualTo(sum.getValue());
                Map<String, Long> found = new TreeMap<>();
                maps(store).iterator().forEachRemaining(e -> found.put(e.getKey(), e.getValue()));
                assertThat(found).isEqualTo(content.maps().get(sum.getKey()));
            }
            Map<Long, Long> timers = new TreeMap<>();
            long keys = 0;
            long[] seen = new long[1];
            for (KeyedStateStore store : stores) {
                OrderedState ordered = timers(store);
                while (ordered.poll(Long.MAX_VALUE - 1)) {
                    timers.put((Long) store.currentKey(), ordered.order());
                }
                try {
                    StoredLong sums = sums(store);
                    store.forEachKey((io.millrace.runtime.state.StoredState) sums, k -> seen[0]++);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
            keys += seen[0];
            assertThat(keys).as("keys in all stores").isEqualTo(content.sums().size());
            assertThat(timers).isEqualTo(content.timers());
            assertThat(numbers(split.stream().flatMap(List::stream).toList()))
                    .containsExactlyInAnyOrderElementsOf(content.split());
            for (int s = 0; s < parallelism; s++) {
                assertThat(numbers(union.get(s)))
                        .containsExactlyInAnyOrderElementsOf(content.union());
                assertThat(new TreeSet<>(numbers(broadcast.get(s)))).isEqualTo(content.broadcast());
            }
            // what each subtask keeps of a union list is its own affair: here the first keeps all
            for (int s = 1; s < parallelism; s++) {
                union.get(s).clear();
            }
        }

        @Override
        public void close() {
            stores.forEach(KeyedStateStore::close);
            memory.close();
        }
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static List<Integer> numbers(List<byte[]> elements) {
        return elements.stream().map(e -> ByteBuffer.wrap(e).getInt()).toList();
    }

    @Property(tries = 60)
    void shouldKeepEverythingOverTwoChangesOfParallelism(
            @ForAll @Size(max = 60) Set<Long> keys,
            @ForAll @IntRange(min = 7, max = 200) int groups,
            @ForAll @IntRange(min = 1, max = 7) int first,
            @ForAll @IntRange(min = 1, max = 7) int second,
            @ForAll @IntRange(min = 1, max = 7) int third)
            throws IOException {
        Path folder = Files.createTempDirectory("rescale");
        try {
            Content content;
            try (Stage stage = new Stage(first, groups)) {
                content = fill(stage, keys);
                stage.write(folder, 1);
            }
            Path moved = folder.resolve("moved");
            Files.move(folder.resolve("chk-1"), moved);
            try (Stage stage = Stage.restored(moved, second, groups)) {
                stage.check(content);
                // timers were taken out in order to look at them
                content.timers()
                        .forEach(
                                (key, time) -> {
                                    KeyedStateStore store = stage.storeOf(key);
                                    Stage.timers(store).add(time);
                                });
                stage.write(folder, 2);
            }
            try (Stage stage = Stage.restored(folder, third, groups)) {
                stage.check(content);
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static Content fill(Stage stage, Set<Long> keys) {
        Map<Long, Long> sums = new TreeMap<>();
        Map<Long, Map<String, Long>> maps = new TreeMap<>();
        Map<Long, Long> timers = new TreeMap<>();
        int n = 0;
        for (long key : keys) {
            KeyedStateStore store = stage.storeOf(key);
            Stage.sums(store).put(3 * key + 1);
            sums.put(key, 3 * key + 1);
            Map<String, Long> map = new TreeMap<>();
            for (int i = 0; i < n % 5; i++) {
                map.put("k" + i, key + i);
                Stage.maps(store).put("k" + i, key + i);
            }
            maps.put(key, map);
            if (n % 3 == 0) {
                Stage.timers(store).add(1000L + n);
                timers.put(key, 1000L + n);
            }
            n++;
        }
        List<Integer> split = new ArrayList<>();
        List<Integer> union = new ArrayList<>();
        Set<Integer> broadcast = new TreeSet<>();
        for (int i = 0; i < keys.size(); i++) {
            stage.split.get(i % stage.parallelism).add(bytes(i));
            split.add(i);
            stage.union.get(i * i % stage.parallelism).add(bytes(-i));
            union.add(-i);
        }
        for (int i = 0; i < 4; i++) {
            for (List<byte[]> of : stage.broadcast) {
                of.add(bytes(100 + i));
            }
            broadcast.add(100 + i);
        }
        return new Content(sums, maps, timers, split, union, broadcast);
    }

    /** Whatever byte of a file is another one is found out, or is not a part of what is read. */
    @Property(tries = 200)
    void shouldNameTheFileWhoseByteIsAnotherOne(
            @ForAll @IntRange(min = 1, max = 3) int parallelism,
            @ForAll int place,
            @ForAll @IntRange(min = 1, max = 255) int change)
            throws IOException {
        Path folder = Files.createTempDirectory("damage");
        try {
            Set<Long> keys = Set.of(1L, -5L, 77L, 1234567L, Long.MIN_VALUE);
            Content content;
            try (Stage stage = new Stage(2, 16)) {
                content = fill(stage, keys);
                stage.write(folder, 1);
            }
            List<Path> files;
            try (Stream<Path> found = Files.list(folder.resolve("chk-1"))) {
                files = found.sorted().toList();
            }
            Path file = files.get(Math.floorMod(place, files.size()));
            byte[] written = Files.readAllBytes(file);
            int at = Math.floorMod(place / 2, written.length);
            written[at] ^= (byte) change;
            Files.write(file, written);

            try (Stage stage = Stage.restored(folder, parallelism, 16)) {
                stage.check(content);
            } catch (IOException e) {
                assertThat(e)
                        .isInstanceOfAny(
                                DamagedCheckpointException.class,
                                io.millrace.runtime.state.DamagedSnapshotException.class)
                        .hasMessageContaining(file.getFileName().toString());
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(each -> each.toFile().delete());
            }
        }
    }
}

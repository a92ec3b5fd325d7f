package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStorage.Retained;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.checkpoint.OperatorState;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.SnapshotStorage.WorkerSnapshot;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.operator.KeyedCheckpoints.Growth;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.StateException;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Stores, the files of their checkpoints, and what a master does with these. */
class KeyedCheckpointsTest {
    private static final int MAX_PARALLELISM = 16;
    private static final String UID = "sums";

    /**
     * Two subtasks of one worker, their model, and a folder that is looked after as a master does.
     */
    private static final class Job implements AutoCloseable {
        private final Path path = Files.createTempDirectory("increments");
        private final CheckpointFolder folder = CheckpointFolder.of(path.toString(), "job");
        private final FileCheckpointStorage storage = new FileCheckpointStorage(Runnable::run);
        private final ManagedMemory memory = new ManagedMemory(64 << 20);
        private final List<KeyedStateStore> stores = new ArrayList<>();
        private final TreeMap<Long, CheckpointMetadata> complete = new TreeMap<>();
        private final Map<Long, Map<Long, String>> expected = new HashMap<>();
        private final int parallelism;
        private final int retained;
        private List<Subtask> subtasks;
        private Map<Long, String> model = new HashMap<>();
        private long nextId = 1;
        private int attempt;
        private long newBytes;
        private long totalBytes;
        private int refused;

        Job(int parallelism, int retained) throws IOException {
            this.parallelism = parallelism;
            this.retained = retained;
            begin(null);
        }

        private final class Subtask {
            private final KeyedStateStore store;
            private final StoredLong number;
            private final StoredValue<String> text;
            private final KeyedCheckpoints checkpoints;
            private final AttemptId id;

            Subtask(int subtask, int of, RestoredState restored) throws IOException {
                store = open(subtask, of);
                checkpoints = new KeyedCheckpoints(store, Growth.INCREMENTAL);
                if (restored != null) {
                    try (StateReader reader = new StateReader(restored)) {
                        checkpoints.restore(new RestoredOperator(restored, UID, reader));
                    }
                }
                number = store.longValue("number", Namespace.none(), StateTtl.NONE);
                text = store.value("text", Namespace.none(), Types.STRING, StateTtl.NONE);
                id = new AttemptId("job", 0, subtask, 1, attempt);
            }

            private boolean owns(long key) {
                try {
                    store.setCurrentKey(key);
                    return true;
                } catch (StateException e) {
                    return false;
                }
            }
        }

        private KeyedStateStore open(int subtask, int of) {
            KeyedStateStore store =
                    KeyedStateStore.binary(
                            new KeyedStateSettings(
                                    "sums[" + subtask + "]",
                                    Types.LONG,
                                    KeyGroupRange.of(subtask, MAX_PARALLELISM, of),
                                    MAX_PARALLELISM,
                                    new JobClasses(getClass().getClassLoader()),
                                    memory.budget("sums", memory.totalBytes()),
                                    () -> 0L));
            stores.add(store);
            return store;
        }

        /** All subtasks start, from a checkpoint or from nothing. */
        private void begin(CheckpointMetadata from) throws IOException {
            attempt++;
            List<Subtask> fresh = new ArrayList<>();
            for (int i = 0; i < parallelism; i++) {
                fresh.add(new Subtask(i, parallelism, restored(from, i, parallelism)));
            }
            if (subtasks != null) {
                subtasks.forEach(subtask -> subtask.store.close());
            }
            subtasks = fresh;
        }

        private JobVertex vertex(int parallelism) {
            return new JobVertex(
                    0,
                    "sums",
                    parallelism,
                    MAX_PARALLELISM,
                    "default",
                    new byte[0],
                    List.of(),
                    List.of(),
                    List.of(new JobVertex.Operator(UID, "sums", "long", false)));
        }

        private RestoredState restored(CheckpointMetadata from, int subtask, int of) {
            return from == null ? null : new StateAssignment(from, folder).of(vertex(of), subtask);
        }

        private void put(long key, String value) throws Exception {
            for (Subtask subtask : subtasks) {
                if (subtask.owns(key)) {
                    if (value == null) {
                        subtask.number.clear();
                        subtask.text.clear();
                        model.remove(key);
                    } else {
                        subtask.number.put(value.hashCode());
                        subtask.text.put(value);
                        model.put(key, value);
                    }
                }
            }
        }

        /** A checkpoint that its subtasks have begun. */
        private record Begun(long id, List<SubtaskSnapshot> snapshots) {}

        private Begun barrier() {
            long id = nextId++;
            List<SubtaskSnapshot> snapshots = new ArrayList<>();
            for (Subtask subtask : subtasks) {
                SnapshotPart part = subtask.checkpoints.snapshot(id, CheckpointKind.CHECKPOINT);
                snapshots.add(
                        new SubtaskSnapshot(
                                subtask.id,
                                0,
                                0,
                                List.of(new SubtaskSnapshot.Operator(UID, List.of(part)))));
            }
            expected.put(id, new HashMap<>(model));
            return new Begun(id, snapshots);
        }

        private Stored write(Begun begun) {
            AtomicReference<Stored> stored = new AtomicReference<>();
            storage.write(
                    new WorkerSnapshot(folder, begun.id(), 1, "w", begun.snapshots()),
                    () -> true,
                    stored::set);
            return stored.get();
        }

        private void abort(long id) {
            subtasks.forEach(subtask -> subtask.checkpoints.abort(id));
        }

        /** What the master does with the worker's answer. */
        private boolean complete(long id, Stored stored) {
            Stored.Done done = (Stored.Done) stored;
            newBytes = 0;
            totalBytes = 0;
            List<CheckpointMetadata.Subtask> states = new ArrayList<>();
            for (SubtaskState subtask : done.subtasks()) {
                newBytes += subtask.newBytes();
                totalBytes += subtask.totalBytes();
                states.add(new CheckpointMetadata.Subtask(false, 0, subtask.operators()));
            }
            CheckpointMetadata metadata =
                    new CheckpointMetadata(
                            id,
                            1,
                            "job",
                            "job",
                            0,
                            done.file() == null ? List.of() : List.of(done.file()),
                            List.of(
                                    new CheckpointMetadata.Vertex(
                                            0, "sums", parallelism, MAX_PARALLELISM, states)));
            Retained known =
                    complete.isEmpty()
                            ? new Retained(Set.of(), Set.of(), 0)
                            : Retained.of(complete.values());
            if (known.missing(metadata) != null) {
                refused++;
                abort(id);
                return false;
            }
            complete.put(id, metadata);
            while (complete.size() > retained) {
                complete.pollFirstEntry();
            }
            drop();
            return true;
        }

        private void drop() {
            storage.retain(folder, Retained.of(complete.values()), result -> {});
        }

        private void tell(long id) {
            subtasks.forEach(subtask -> subtask.checkpoints.confirm(id));
        }

        private void checkpoint() throws Exception {
            Begun begun = barrier();
            assertThat(complete(begun.id(), write(begun))).isTrue();
            tell(begun.id());
        }

        /** Restores a checkpoint at some parallelism and compares. */
        private void check(CheckpointMetadata metadata, int of) throws Exception {
            Map<Long, String> rest = new HashMap<>(expected.get(metadata.id()));
            for (int i = 0; i < of; i++) {
                Subtask subtask = new Subtask(i, of, restored(metadata, i, of));
                for (int group = subtask.store.keyGroups().first();
                        group <= subtask.store.keyGroups().last();
                        group++) {
                    subtask.store.forEachKey(
                            group,
                            subtask.text,
                            key -> {
                                String value = rest.remove((Long) key);
                                assertThat(subtask.text.get()).isEqualTo(value);
                                assertThat(subtask.number.get(0)).isEqualTo(value.hashCode());
                            });
                }
                subtask.store.close();
            }
            assertThat(rest).isEmpty();
        }

        private Set<String> sharedFiles() throws IOException {
            Path shared = path.resolve("job").resolve("shared");
            if (!Files.exists(shared)) {
                return Set.of();
            }
            try (Stream<Path> files = Files.list(shared)) {
                return files.map(file -> "shared/" + file.getFileName())
                        .filter(name -> !name.endsWith(".crc"))
                        .collect(Collectors.toSet());
            }
        }

        private Set<String> references() {
            Set<String> names = new HashSet<>();
            complete.values().forEach(metadata -> names.addAll(metadata.sharedFiles()));
            return names;
        }

        @Override
        public void close() throws IOException {
            stores.forEach(KeyedStateStore::close);
            memory.close();
            try (Stream<Path> all = Files.walk(path)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    @Property(tries = 60)
    void shouldRestoreEveryRetainedCheckpointWhateverBecomesOfTheOthers(@ForAll long seed)
            throws Exception {
        Random random = new Random(seed);
        int keys = random.nextBoolean() ? 8 : 600;
        int changes = 1 + random.nextInt(random.nextBoolean() ? 5 : 300);
        try (Job job = new Job(1 + random.nextInt(3), 1 + random.nextInt(3))) {
            List<Job.Begun> underWay = new ArrayList<>();
            List<Long> untold = new ArrayList<>();
            for (int step = 0; step < 150; step++) {
                for (int i = random.nextInt(changes); i > 0; i--) {
                    job.put(
                            random.nextInt(keys),
                            random.nextInt(6) == 0 ? null : "v" + random.nextInt());
                }
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        if (underWay.size() < 3) {
                            underWay.add(job.barrier());
                        }
                    }
                    case 3, 4 -> {
                        if (!underWay.isEmpty()) {
                            Job.Begun begun = underWay.remove(random.nextInt(underWay.size()));
                            Stored stored = job.write(begun);
                            if (random.nextInt(4) == 0
                                    || (!job.complete.isEmpty()
                                            && begun.id() < job.complete.lastKey())) {
                                job.abort(begun.id());
                            } else if (job.complete(begun.id(), stored)) {
                                untold.add(begun.id());
                            }
                        }
                    }
                    case 5, 6 -> {
                        untold.forEach(job::tell); // or later, or never
                        untold.clear();
                    }
                    default -> {
                        if (!job.complete.isEmpty() && random.nextInt(4) == 0) {
                            underWay.forEach(begun -> begun.snapshots().forEach(s -> s.release()));
                            underWay.clear();
                            untold.clear();
                            job.begin(job.complete.lastEntry().getValue());
                            job.model = new HashMap<>(job.expected.get(job.complete.lastKey()));
                        }
                    }
                }
            }
            for (Job.Begun begun : underWay) {
                begun.snapshots().forEach(SubtaskSnapshot::release);
                job.abort(begun.id());
            }
            untold.forEach(job::tell);
            // the news is told again with a refusal, and then the next one is right
            for (int i = 0; i < 2; i++) {
                Job.Begun last = job.barrier();
                if (job.complete(last.id(), job.write(last))) {
                    job.tell(last.id());
                } else if (!job.complete.isEmpty()) {
                    job.tell(job.complete.lastKey());
                }
            }
            assertThat(job.complete.lastKey()).isGreaterThanOrEqualTo(job.nextId - 2);
            for (CheckpointMetadata metadata : job.complete.values()) {
                job.check(metadata, 1 + random.nextInt(4));
            }
            assertThat(job.sharedFiles()).isEqualTo(job.references());
        }
    }

    @Test
    void shouldWriteWhatHasChangedOnly() throws Exception {
        try (Job job = new Job(2, 1)) {
            for (long key = 0; key < 20_000; key++) {
                job.put(key, "value of key " + key);
            }
            job.checkpoint();
            long full = job.newBytes;
            assertThat(job.totalBytes).isEqualTo(full);
            for (long key = 0; key < 20_000; key += 100) {
                job.put(key, "another value of " + key);
            }
            job.checkpoint();
            assertThat(job.newBytes).isBetween(full / 200, full / 50);
            assertThat(job.totalBytes).isEqualTo(full + job.newBytes);
            job.checkpoint();
            assertThat(job.newBytes).isZero();
            assertThat(job.sharedFiles()).hasSize(2);
            job.check(job.complete.lastEntry().getValue(), 3);
        }
    }

    @Test
    void shouldKeepChainsShortAndForgetFilesThatAreMostlyOutOfDate() throws Exception {
        try (Job job = new Job(2, 1)) {
            for (long key = 0; key < 5_000; key++) {
                job.put(key, "value of key " + key);
            }
            Random random = new Random(1);
            long written = 0;
            for (int i = 0; i < 300; i++) {
                for (int change = 0; change < 10; change++) {
                    job.put(random.nextInt(5_000), "value " + i);
                }
                job.checkpoint();
                written += job.newBytes;
                for (SubtaskPieces of : pieces(job)) {
                    assertThat(of.pieces()).isLessThan(24);
                }
                assertThat(job.sharedFiles()).isEqualTo(job.references());
            }
            // 3,000 changes of 5,000 values: what was joined was written a few times more
            assertThat(written).isLessThan(8 * job.totalBytes);
            job.check(job.complete.lastEntry().getValue(), 1);
        }
    }

    private record SubtaskPieces(int pieces) {}

    private static List<SubtaskPieces> pieces(Job job) {
        List<SubtaskPieces> all = new ArrayList<>();
        for (CheckpointMetadata.Subtask subtask :
                job.complete.lastEntry().getValue().vertices().get(0).subtasks()) {
            for (OperatorState operator : subtask.operators()) {
                for (StatePart part : operator.parts()) {
                    all.add(new SubtaskPieces(part.pieces().size()));
                }
            }
        }
        return all;
    }

    @Test
    void shouldNameTheSharedFileThatIsDamaged() throws Exception {
        try (Job job = new Job(1, 1)) {
            job.put(1, "one");
            job.checkpoint();
            job.put(2, "two");
            job.checkpoint();
            CheckpointMetadata metadata = job.complete.lastEntry().getValue();
            for (String name : metadata.sharedFiles()) {
                Path file = job.path.resolve("job").resolve(name);
                byte[] bytes = Files.readAllBytes(file);
                StatePart.Piece piece =
                        metadata.vertices().get(0).subtasks().get(0).operators().stream()
                                .flatMap(operator -> operator.parts().stream())
                                .flatMap(part -> part.pieces().stream())
                                .filter(each -> each.file().name().equals(name))
                                .findFirst()
                                .orElseThrow();
                byte[] damaged = bytes.clone();
                damaged[(int) (piece.offset() + piece.length() / 2)] ^= 1;
                Files.write(file, damaged);
                assertThatThrownBy(() -> job.check(metadata, 1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(name)
                        .hasMessageContaining("damaged");
                Files.delete(file);
                assertThatThrownBy(() -> job.check(metadata, 1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(name)
                        .hasMessageContaining("is not there");
                Files.write(file, bytes);
            }
            job.check(metadata, 1);
        }
    }

    @Test
    void shouldBeginWithAllAfterARestore() throws Exception {
        try (Job job = new Job(2, 1)) {
            for (long key = 0; key < 100; key++) {
                job.put(key, "value " + key);
            }
            job.checkpoint();
            job.checkpoint();
            assertThat(job.newBytes).isZero();
            Set<String> before = job.sharedFiles();
            job.begin(job.complete.lastEntry().getValue());
            job.checkpoint();
            assertThat(job.newBytes).isEqualTo(job.totalBytes);
            assertThat(job.sharedFiles()).doesNotContainAnyElementsOf(before);
        }
    }

    @Test
    void shouldRefuseWhatIsBuiltOnFilesThatAreGone() throws Exception {
        try (Job job = new Job(1, 1)) {
            for (long key = 0; key < 2_000; key++) {
                job.put(key, "first");
            }
            job.checkpoint();
            // until the next one joins what has changed
            for (long key = 0; job.sharedFiles().size() < 9; key++) {
                job.put(key, "second");
                job.checkpoint();
            }
            job.put(7, "third");
            Job.Begun joins = job.barrier();
            assertThat(job.complete(joins.id(), job.write(joins))).isTrue();
            assertThat(job.sharedFiles()).hasSize(2).isEqualTo(job.references());
            Job.Begun tooEarly = job.barrier();
            assertThat(job.complete(tooEarly.id(), job.write(tooEarly))).isFalse();
            job.tell(joins.id());
            job.put(8, "fourth");
            job.checkpoint();
            assertThat(job.newBytes).isLessThan(job.totalBytes / 10);
            job.check(job.complete.lastEntry().getValue(), 1);
        }
    }
}

package io.millrace.testkit.simulation;

import io.millrace.api.source.SequenceSplit;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a savepoint of the {@link SimulatedProgram} holds: sums, and ranges of numbers that somebody
 * has still to emit. Together they must be all numbers, each once.
 *
 * <p>Threads: one.
 */
final class SavedNumbers {
    private final Simulation simulation;
    private final Invariants invariants;
    private final SimulatedProgram program;

    SavedNumbers(Simulation simulation, Invariants invariants, SimulatedProgram program) {
        this.simulation = simulation;
        this.invariants = invariants;
        this.program = program;
    }

    /**
     * What a savepoint holds.
     *
     * @param left ranges of numbers that the source has still to emit: in its subtasks, its
     *     coordinator, and among what came back from subtasks that are gone
     * @param sums of the sink
     * @param whole whether no subtask had finished, so that all sums are in it
     */
    record Saved(List<Left> left, Map<Long, Long> sums, boolean whole) {}

    /** A range of numbers that somebody has still to emit. */
    record Left(long first, long last, String holder) {}

    /** Somebody was told that it is complete. */
    void check(String path) {
        Saved saved = read(path);
        checkDisjoint(path, saved.left());
        Map<Long, Long> expected = program.expectedSums(saved.left());
        invariants.check(
                !saved.whole() || saved.sums().equals(expected),
                "savepoint-is-exact",
                path + " has " + saved.sums(),
                "expected " + expected);
    }

    /** Nothing is left in two places, and would be read twice. */
    private void checkDisjoint(String path, List<Left> left) {
        List<Left> inOrder =
                left.stream()
                        .filter(range -> range.first() <= range.last())
                        .sorted(Comparator.comparingLong(Left::first))
                        .toList();
        for (int i = 1; i < inOrder.size(); i++) {
            invariants.check(
                    inOrder.get(i - 1).last() < inOrder.get(i).first(),
                    "savepoint-is-exact",
                    path + " has more than once what is left",
                    inOrder.get(i - 1),
                    inOrder.get(i));
        }
    }

    /** Reads it, as often as that takes. */
    Saved read(String path) {
        while (true) {
            try {
                return tryRead(path);
            } catch (DamagedCheckpointException e) {
                invariants.check(false, "savepoint-is-exact", e.getMessage());
            } catch (IOException e) {
                simulation.tell("reader", "reads again: " + e.getMessage());
            }
        }
    }

    private Saved tryRead(String path) throws IOException {
        StoredCheckpoint found = SavepointPath.findWhole(path);
        TypeSerializer<Tuple2<Long, Long>> pairs =
                Serializers.compile(
                        Types.TUPLE(Types.LONG, Types.LONG),
                        new JobClasses(SavedNumbers.class.getClassLoader()));
        List<Left> left = new ArrayList<>();
        addSplitsOfCoordinator(path, found.metadata(), left);
        Map<Long, Long> sums = new TreeMap<>();
        boolean whole = true;
        for (CheckpointMetadata.Vertex former : found.metadata().vertices()) {
            for (int s = 0; s < former.parallelism(); s++) {
                CheckpointMetadata.Subtask subtask = former.subtasks().get(s);
                whole &= !subtask.finished() || !subtask.operators().isEmpty();
                RestoredState state = found.assignment().of(vertex(former), s);
                try (StateReader reader = new StateReader(state)) {
                    for (RestoredState.Operator operator : state.operators()) {
                        for (RestoredState.Slice slice : operator.slices()) {
                            if (slice.part().name().equals("ranges")) {
                                for (byte[] range : reader.elements(slice)) {
                                    ByteBuffer bytes = ByteBuffer.wrap(range);
                                    left.add(new Left(bytes.getLong(), bytes.getLong(), "source"));
                                }
                            } else if (slice.part().name().equals("splits")) {
                                for (byte[] element : reader.elements(slice)) {
                                    ByteBuffer bytes = ByteBuffer.wrap(element);
                                    int version = bytes.getInt();
                                    byte[] range = new byte[bytes.remaining()];
                                    bytes.get(range);
                                    left.add(left(version, range, "reader " + s));
                                }
                            } else if (slice.part().name().equals(SimulatedProgram.SUMS)) {
                                for (byte[] pair : reader.elements(slice)) {
                                    RecordInput in = new RecordInput();
                                    in.reset(pair, 0, pair.length);
                                    Tuple2<Long, Long> sum = pairs.deserialize(in);
                                    sums.put(sum.f0, sum.f1);
                                }
                            }
                        }
                    }
                }
            }
        }
        return new Saved(left, sums, whole);
    }

    private void addSplitsOfCoordinator(String path, CheckpointMetadata metadata, List<Left> left)
            throws IOException {
        invariants.check(
                metadata.coordinators().size() == program.coordinators(),
                "savepoint-is-exact",
                path + " has the states of coordinators: " + metadata.coordinators().size());
        for (CoordinatorState coordinator : metadata.coordinators()) {
            for (SequenceSplit range :
                    program.ranges(0)
                            .getEnumeratorCheckpointSerializer()
                            .deserialize(coordinator.version(), coordinator.enumerator())) {
                left.add(new Left(range.next(), range.last(), "enumerator"));
            }
            for (CoordinatorState.Splits returned : coordinator.returned()) {
                for (byte[] range : returned.splits()) {
                    left.add(left(returned.version(), range, "coordinator"));
                }
            }
        }
    }

    /** A split, which may be at its end. */
    private Left left(int version, byte[] split, String holder) throws IOException {
        SequenceSplit range = program.ranges(0).getSplitSerializer().deserialize(version, split);
        return new Left(range.next(), range.last(), holder);
    }

    private static JobVertex vertex(CheckpointMetadata.Vertex former) {
        return new JobVertex(
                former.vertex(),
                former.name(),
                former.parallelism(),
                former.maxParallelism(),
                "default",
                new byte[0],
                List.of(),
                List.of(),
                former.operators().stream()
                        .map(o -> new JobVertex.Operator(o.uid(), o.name(), "", false))
                        .toList());
    }
}

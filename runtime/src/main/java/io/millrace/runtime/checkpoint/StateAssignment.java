package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deals the states of a checkpoint out to the subtasks that begin from it.
 *
 * <p>Invariant: each element of a split list and each key group goes to exactly one subtask,
 * whatever the parallelism was and is. With the parallelism unchanged each subtask gets what it
 * had.
 *
 * <p>Threads: stateless.
 */
public final class StateAssignment {
    private final CheckpointMetadata metadata;
    private final CheckpointFolder folder;

    public StateAssignment(CheckpointMetadata metadata, CheckpointFolder folder) {
        this.metadata = metadata;
        this.folder = folder;
    }

    /**
     * What one subtask begins with.
     *
     * @param number of its vertex
     * @throws IllegalArgumentException if the checkpoint does not fit the vertex, with what to do
     */
    public RestoredState of(int number, int subtask, int parallelism, int maxParallelism) {
        Vertex vertex =
                metadata.vertices().stream()
                        .filter(v -> v.vertex() == number)
                        .findFirst()
                        .orElse(null);
        String path = folder.path();
        if (vertex == null) {
            return new RestoredState(metadata.id(), path, false, List.of());
        }
        if (vertex.maxParallelism() != maxParallelism) {
            throw new IllegalArgumentException(
                    "'"
                            + vertex.name()
                            + "' has "
                            + vertex.maxParallelism()
                            + " key groups in checkpoint "
                            + metadata.id()
                            + ", the job has "
                            + maxParallelism
                            + ": set pipeline.max-parallelism or setMaxParallelism to "
                            + vertex.maxParallelism());
        }
        if (vertex.parallelism() == parallelism) {
            if (vertex.subtasks().get(subtask).finished()) {
                return new RestoredState(metadata.id(), path, true, List.of());
            }
        } else if (vertex.subtasks().stream().anyMatch(Subtask::finished)) {
            if (vertex.subtasks().stream().allMatch(Subtask::finished)) {
                return new RestoredState(metadata.id(), path, true, List.of());
            }
            throw new IllegalArgumentException(
                    "Some subtasks of '"
                            + vertex.name()
                            + "' had finished in checkpoint "
                            + metadata.id()
                            + ", others had not: its parallelism of "
                            + vertex.parallelism()
                            + " cannot become "
                            + parallelism);
        }
        Set<String> uids = new LinkedHashSet<>();
        for (Subtask former : vertex.subtasks()) {
            former.operators().forEach(operator -> uids.add(operator.uid()));
        }
        List<RestoredState.Operator> operators = new ArrayList<>();
        for (String uid : uids) {
            operators.add(
                    new RestoredState.Operator(uid, slices(vertex, uid, subtask, parallelism)));
        }
        return new RestoredState(metadata.id(), path, false, operators);
    }

    /** Deals out what lay in channels. */
    public ChannelAssignment channels() {
        return new ChannelAssignment(metadata);
    }

    /** A state of a former subtask. */
    private record Former(int subtask, WorkerFile file, StatePart part) {
        Slice slice(int from, int to) {
            return new Slice(file, part, from, to);
        }

        Slice whole() {
            return slice(0, part.elements());
        }
    }

    private List<Slice> slices(Vertex vertex, String uid, int subtask, int parallelism) {
        Map<String, List<Former>> states = new LinkedHashMap<>();
        for (int s = 0; s < vertex.subtasks().size(); s++) {
            Subtask former = vertex.subtasks().get(s);
            for (OperatorState operator : former.operators()) {
                if (operator.uid().equals(uid)) {
                    for (StatePart part : operator.parts()) {
                        if (part.kind().isInFlight()) {
                            continue;
                        }
                        states.computeIfAbsent(
                                        part.kind() + " " + part.name(), n -> new ArrayList<>())
                                .add(new Former(s, metadata.files().get(former.file()), part));
                    }
                }
            }
        }
        List<Slice> slices = new ArrayList<>();
        for (List<Former> formers : states.values()) {
            switch (formers.get(0).part().kind()) {
                case SPLIT_LIST -> split(formers, vertex, subtask, parallelism, slices);
                case UNION_LIST -> formers.forEach(former -> slices.add(former.whole()));
                case BROADCAST -> slices.add(formers.get(subtask % formers.size()).whole());
                case KEYED -> keyed(formers, vertex, subtask, parallelism, slices);
                default -> throw new IllegalStateException("a state of no kind");
            }
        }
        return slices;
    }

    private static void split(
            List<Former> formers, Vertex vertex, int subtask, int parallelism, List<Slice> into) {
        if (vertex.parallelism() == parallelism) {
            formers.stream()
                    .filter(former -> former.subtask() == subtask)
                    .forEach(former -> into.add(former.whole()));
            return;
        }
        long total = formers.stream().mapToLong(former -> former.part().elements()).sum();
        long from = total * subtask / parallelism;
        long to = total * (subtask + 1) / parallelism;
        long at = 0;
        for (Former former : formers) {
            int elements = former.part().elements();
            long first = Math.max(from, at);
            long end = Math.min(to, at + elements);
            if (first < end) {
                into.add(former.slice((int) (first - at), (int) (end - at)));
            }
            at += elements;
        }
    }

    private static void keyed(
            List<Former> formers, Vertex vertex, int subtask, int parallelism, List<Slice> into) {
        int groups = vertex.maxParallelism();
        KeyGroupRange own = KeyGroupRange.of(subtask, groups, parallelism);
        for (Former former : formers) {
            int first = Math.max(own.first(), former.part().firstGroup());
            int end = Math.min(own.last(), former.part().lastGroup()) + 1;
            if (first < end) {
                into.add(former.slice(first, end));
            }
        }
    }
}

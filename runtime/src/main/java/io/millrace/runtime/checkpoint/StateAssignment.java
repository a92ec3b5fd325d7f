package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    private final Set<Integer> eventTimeAnew;

    public StateAssignment(CheckpointMetadata metadata, CheckpointFolder folder) {
        this(metadata, folder, Set.of());
    }

    private StateAssignment(
            CheckpointMetadata metadata, CheckpointFolder folder, Set<Integer> eventTimeAnew) {
        this.metadata = metadata;
        this.folder = folder;
        this.eventTimeAnew = Set.copyOf(eventTimeAnew);
    }

    /**
     * The same, but event time begins anew in some vertices: nothing is said to be late because of
     * what it had reached.
     */
    public StateAssignment withEventTimeAnew(Set<Integer> vertices) {
        return new StateAssignment(metadata, folder, vertices);
    }

    /** Id of the checkpoint that is dealt out. */
    public long checkpointId() {
        return metadata.id();
    }

    /** What the coordinators of sources begin with. */
    public List<CoordinatorState> coordinators() {
        return metadata.coordinators();
    }

    /**
     * What one subtask begins with: the states of all operators of its chain, wherever they ran
     * before.
     *
     * @throws IllegalStateException if the checkpoint does not fit the vertex, which {@link
     *     StateMapping} tells beforehand
     */
    public RestoredState of(JobVertex vertex, int subtask) {
        String path = folder.path();
        Vertex head = vertex.operators().isEmpty() ? null : former(vertex.operators().get(0).uid());
        boolean finished = head != null && isFinished(head, subtask, vertex.parallelism());
        List<RestoredState.Operator> operators = new ArrayList<>();
        for (JobVertex.Operator operator : vertex.operators()) {
            Vertex former = former(operator.uid());
            if (former != null) {
                operators.add(
                        new RestoredState.Operator(
                                operator.uid(),
                                slices(
                                        former,
                                        operator.uid(),
                                        subtask,
                                        vertex,
                                        !finished && !eventTimeAnew.contains(vertex.id()))));
            }
        }
        boolean nothing = operators.stream().allMatch(operator -> operator.slices().isEmpty());
        return new RestoredState(
                metadata.id(), path, finished, finished && nothing ? List.of() : operators);
    }

    private Vertex former(String uid) {
        return metadata.vertexOf(uid);
    }

    private boolean isFinished(Vertex former, int subtask, int parallelism) {
        if (former.parallelism() == parallelism) {
            return former.subtasks().get(subtask).finished();
        }
        if (former.subtasks().stream().noneMatch(Subtask::finished)) {
            return false;
        }
        if (former.subtasks().stream().allMatch(Subtask::finished)) {
            return true;
        }
        throw new IllegalStateException(
                "Vertex '" + former.name() + "' had finished in part, and is rescaled");
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

        /** The same of each of its pieces, in their order; they may be all there is. */
        void slices(int from, int to, List<Slice> into) {
            into.addAll(part.slices(file, from, to));
        }
    }

    private List<Slice> slices(
            Vertex vertex, String uid, int subtask, JobVertex now, boolean withWatermarks) {
        int parallelism = now.parallelism();
        Map<String, List<Former>> states = new LinkedHashMap<>();
        for (int s = 0; s < vertex.subtasks().size(); s++) {
            Subtask former = vertex.subtasks().get(s);
            for (OperatorState operator : former.operators()) {
                if (operator.uid().equals(uid)) {
                    for (StatePart part : operator.parts()) {
                        if (part.kind().isInFlight()
                                || part.kind() == Kind.WATERMARK && !withWatermarks) {
                            continue;
                        }
                        states.computeIfAbsent(
                                        part.kind() + " " + part.name(), n -> new ArrayList<>())
                                .add(new Former(s, metadata.fileOf(former), part));
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
                case KEYED, WATERMARK -> keyed(formers, subtask, now, slices);
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
            List<Former> formers, int subtask, JobVertex vertex, List<Slice> into) {
        KeyGroupRange own =
                KeyGroupRange.of(subtask, vertex.maxParallelism(), vertex.parallelism());
        for (Former former : formers) {
            int first = Math.max(own.first(), former.part().firstGroup());
            int end = Math.min(own.last(), former.part().lastGroup()) + 1;
            if (first < end) {
                former.slices(first, end, into);
            }
        }
    }
}

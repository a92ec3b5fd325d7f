package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of a savepoint or checkpoint goes where in a job that begins from it, told before anything
 * is asked of the cluster.
 *
 * <p>Threads: immutable.
 */
public final class StateMapping {
    private final List<String> refusals = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private StateMapping() {}

    /**
     * Compares.
     *
     * @param ignoreUnclaimed whether state without an operator is left behind
     */
    public static StateMapping of(
            StoredCheckpoint stored, JobGraph graph, boolean ignoreUnclaimed) {
        StateMapping mapping = new StateMapping();
        mapping.compare(stored, graph, ignoreUnclaimed);
        return mapping;
    }

    /** Why the job cannot begin from it, one sentence each; empty if it can. */
    public List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** What the user should know: state that is lost. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** What the user may want to know: operators that begin with nothing. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The number of key groups that each operator with keyed state must have, by its uid: it cannot
     * be changed.
     */
    public static Map<String, Integer> keyGroups(CheckpointMetadata metadata) {
        Map<String, Integer> groups = new LinkedHashMap<>();
        for (Vertex vertex : metadata.vertices()) {
            for (CheckpointMetadata.Operator operator : vertex.operators()) {
                if (states(vertex, operator.uid()).containsValue(Kind.KEYED)) {
                    groups.put(operator.uid(), vertex.maxParallelism());
                }
            }
        }
        return groups;
    }

    /**
     * The vertices that read, directly or not, a source that was not there then: how far event time
     * was says nothing about its records, which are not late because of it.
     */
    public static Set<Integer> withNewSources(CheckpointMetadata metadata, JobGraph graph) {
        Set<Integer> found = new LinkedHashSet<>();
        Deque<Integer> reached = new ArrayDeque<>();
        for (JobVertex vertex : graph.vertices()) {
            if (graph.inputsOf(vertex.id()).isEmpty()
                    && !vertex.operators().isEmpty()
                    && metadata.vertexOf(vertex.operators().get(0).uid()) == null) {
                reached.add(vertex.id());
            }
        }
        while (!reached.isEmpty()) {
            int vertex = reached.poll();
            if (found.add(vertex)) {
                graph.outputsOf(vertex).forEach(edge -> reached.add(edge.target()));
            }
        }
        return found;
    }

    private void compare(StoredCheckpoint stored, JobGraph graph, boolean ignoreUnclaimed) {
        String where = stored.place();
        Set<String> uids = new LinkedHashSet<>();
        for (JobVertex vertex : graph.vertices()) {
            for (JobVertex.Operator operator : vertex.operators()) {
                if (!uids.add(operator.uid())) {
                    refusals.add(
                            "Two operators of the job have the uid '"
                                    + operator.uid()
                                    + "': give each its own.");
                }
            }
        }
        List<String> lost = unclaimed(stored.metadata(), uids);
        if (!lost.isEmpty() && ignoreUnclaimed) {
            warnings.add(
                    "State of "
                            + String.join("; ", lost)
                            + " in "
                            + where
                            + " has no operator in the job and is left behind (-n).");
        } else if (!lost.isEmpty()) {
            refusals.add(
                    where
                            + " holds state for which the job has no operator: "
                            + String.join("; ", lost)
                            + ". Give the operator back its uid, or leave that state behind with"
                            + " --allowNonRestoredState"
                            + " (execution.state-recovery.ignore-unclaimed-state: true)."
                            + (lost.stream().anyMatch(text -> text.contains("uid '#"))
                                    ? " An operator without a uid is found by its place in the"
                                            + " program (#0, #1, ...), which changes with the"
                                            + " program: set uid(...)."
                                    : ""));
        }
        compareEdges(stored, graph, ignoreUnclaimed);
        compareSources(stored, graph);
        for (JobVertex vertex : graph.vertices()) {
            compare(stored, vertex);
        }
    }

    private void compareEdges(StoredCheckpoint stored, JobGraph graph, boolean ignoreUnclaimed) {
        List<String> unread = ChannelAssignment.unread(stored.metadata(), graph);
        if (unread.isEmpty()) {
            return;
        }
        String edges = "'" + String.join("', '", unread) + "'";
        if (ignoreUnclaimed) {
            warnings.add(
                    "Records that were on their way over "
                            + edges
                            + " in "
                            + stored.place()
                            + " have no reader in the job and are left behind (-n).");
        } else {
            refusals.add(
                    stored.place()
                            + " holds records that were on their way over "
                            + edges
                            + ", between operators that are not next to each other in the job:"
                            + " begin from a savepoint, which holds none, or leave them behind"
                            + " with --allowNonRestoredState"
                            + " (execution.state-recovery.ignore-unclaimed-state: true).");
        }
    }

    private void compareSources(StoredCheckpoint stored, JobGraph graph) {
        Set<Integer> anew = withNewSources(stored.metadata(), graph);
        for (JobVertex vertex : graph.vertices()) {
            if (anew.contains(vertex.id()) && !graph.inputsOf(vertex.id()).isEmpty()) {
                notes.add(
                        "Event time begins anew in '"
                                + vertex.name()
                                + "': it reads a source that was not there when "
                                + stored.place()
                                + " was made. Windows that had fired and wait for late records may"
                                + " fire again.");
            }
        }
    }

    private static List<String> unclaimed(CheckpointMetadata metadata, Set<String> uids) {
        List<String> lost = new ArrayList<>();
        for (Vertex vertex : metadata.vertices()) {
            for (CheckpointMetadata.Operator operator : vertex.operators()) {
                Map<String, Kind> states = states(vertex, operator.uid());
                if (!states.isEmpty() && !uids.contains(operator.uid())) {
                    lost.add(
                            "operator '"
                                    + operator.name()
                                    + "' (uid '"
                                    + operator.uid()
                                    + "') with "
                                    + String.join(", ", states.keySet()));
                }
            }
        }
        return lost;
    }

    private void compare(StoredCheckpoint stored, JobVertex vertex) {
        boolean head = true;
        for (JobVertex.Operator operator : vertex.operators()) {
            Vertex former = stored.metadata().vertexOf(operator.uid());
            if (former == null) {
                notes.add(
                        "Operator '"
                                + operator.name()
                                + "' (uid '"
                                + operator.uid()
                                + "') begins without state: "
                                + stored.place()
                                + " has none for it.");
            } else {
                compare(stored, vertex, operator, former, head);
            }
            head = false;
        }
    }

    private void compare(
            StoredCheckpoint stored,
            JobVertex vertex,
            JobVertex.Operator operator,
            Vertex former,
            boolean head) {
        String who = "Operator '" + operator.name() + "' (uid '" + operator.uid() + "')";
        Map<String, Kind> states = states(former, operator.uid());
        if (states.containsValue(Kind.KEYED)) {
            if (former.maxParallelism() != vertex.maxParallelism()) {
                refusals.add(
                        who
                                + " has "
                                + former.maxParallelism()
                                + " key groups in "
                                + stored.place()
                                + ", and a maximum parallelism of "
                                + vertex.maxParallelism()
                                + " in the job (parallelism "
                                + vertex.parallelism()
                                + "): the number of key groups cannot change. "
                                + (vertex.parallelism() > former.maxParallelism()
                                        ? "Run it with a parallelism of at most "
                                                + former.maxParallelism()
                                                + " and set"
                                        : "Set")
                                + " pipeline.max-parallelism or setMaxParallelism to "
                                + former.maxParallelism()
                                + ".");
            }
            if (operator.keyType().isEmpty()) {
                refusals.add(
                        who
                                + " has state of keys in "
                                + stored.place()
                                + ", but no key in the job: put it behind keyBy(...) again, or"
                                + " give it another uid.");
            }
        }
        boolean partly =
                former.subtasks().stream().anyMatch(Subtask::finished)
                        && !former.subtasks().stream().allMatch(Subtask::finished);
        if (head && partly && former.parallelism() != vertex.parallelism()) {
            refusals.add(
                    who
                            + " had finished in some of its subtasks and not in others when "
                            + stored.place()
                            + " was made: its parallelism of "
                            + former.parallelism()
                            + " cannot become "
                            + vertex.parallelism()
                            + ". Set it to "
                            + former.parallelism()
                            + ", or begin from an earlier one.");
        }
    }

    /** The states of an operator by what a sentence calls them, each with how it is dealt out. */
    static Map<String, Kind> states(Vertex vertex, String uid) {
        Map<String, Kind> states = new TreeMap<>();
        for (Subtask subtask : vertex.subtasks()) {
            for (OperatorState operator : subtask.operators()) {
                if (operator.uid().equals(uid)) {
                    for (StatePart part : operator.parts()) {
                        if (part.kind().isInFlight()) {
                            continue;
                        }
                        if (part.kind() == Kind.KEYED || part.elements() > 0) {
                            states.put(
                                    part.kind() == Kind.KEYED
                                            ? "state of keys"
                                            : "'" + part.name() + "'",
                                    part.kind());
                        }
                    }
                }
            }
        }
        return states;
    }
}

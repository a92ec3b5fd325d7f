package io.millrace.runtime.checkpoint;

import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.serializer.TypeMigration;
import io.millrace.runtime.serializer.TypeShape;
import io.millrace.runtime.state.SnapshotContents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the types that state was stored with and those of the program, before anything is asked
 * of the cluster: which states a function will ask for is not known then, but the classes of their
 * values, the keys, and what the engine's own operators ask for are.
 *
 * <p>Threads: one; reads the heads of files.
 */
public final class StoredTypes {
    private final JobClasses classes;
    private final List<String> refusals = new ArrayList<>();
    private final Set<String> changed = new TreeSet<>();

    private StoredTypes(ClassLoader loader) {
        this.classes = new JobClasses(loader);
    }

    /**
     * Why the program's classes cannot take the state, a sentence for each; empty if nothing speaks
     * against it.
     *
     * @param engineStates types of the values of states that operators will ask for for certain, by
     *     the operator's uid and the name of the state
     * @param loader finds the classes of the program
     * @throws IOException if state cannot be read
     */
    public static List<String> refusals(
            StoredCheckpoint stored,
            JobGraph graph,
            Map<String, Map<String, TypeInformation<?>>> engineStates,
            ClassLoader loader)
            throws IOException {
        StoredTypes types = new StoredTypes(loader);
        try (StateReader reader =
                new StateReader(
                        new RestoredState(
                                stored.metadata().id(),
                                stored.folder().path(),
                                false,
                                List.of()))) {
            for (JobVertex vertex : graph.vertices()) {
                for (JobVertex.Operator operator : vertex.operators()) {
                    Vertex former = stored.metadata().vertexOf(operator.uid());
                    if (former != null) {
                        types.compare(
                                stored,
                                operator,
                                engineStates.getOrDefault(operator.uid(), Map.of()),
                                former,
                                reader);
                    }
                }
            }
        }
        return List.copyOf(types.refusals);
    }

    private void compare(
            StoredCheckpoint stored,
            JobVertex.Operator operator,
            Map<String, TypeInformation<?>> engineStates,
            Vertex former,
            StateReader reader)
            throws IOException {
        Map<String, Slice> states = new LinkedHashMap<>();
        for (Subtask subtask : former.subtasks()) {
            for (OperatorState state : subtask.operators()) {
                if (state.uid().equals(operator.uid())) {
                    for (StatePart part : state.parts()) {
                        part.slices(stored.metadata().fileOf(subtask), 0, part.elements())
                                .forEach(slice -> states.putIfAbsent(part.name(), slice));
                    }
                }
            }
        }
        String who = "Operator '" + operator.name() + "' (uid '" + operator.uid() + "')";
        for (Slice slice : states.values()) {
            if (slice.part().kind() == Kind.WATERMARK) {
                continue;
            }
            if (slice.part().kind() != Kind.KEYED) {
                compare(who, slice.part().name(), slice.part().type());
                continue;
            }
            SnapshotContents contents = SnapshotContents.of(reader.input(slice));
            if (!operator.keyType().isEmpty() && !contents.keyType().equals(operator.keyType())) {
                refusals.add(
                        who
                                + " had keys of "
                                + contents.keyType()
                                + " when "
                                + stored.place()
                                + " was made, and has keys of "
                                + operator.keyType()
                                + " now: state can only be restored with the same type of key. Key"
                                + " by what it was keyed by, or give the operator another uid.");
            }
            for (SnapshotContents.State state : contents.states()) {
                TypeInformation<?> now = engineStates.get(state.name());
                if (now == null) {
                    compare(who, state.name(), state.valueType());
                } else {
                    compareValues(who, state.name(), state.valueType(), now);
                }
            }
        }
    }

    private void compare(String who, String name, String type) {
        for (String shape : type.split(" -> ")) {
            try {
                compare(who, name, TypeShape.parse(shape));
            } catch (IllegalArgumentException e) {
                // a state of the engine's own, in words of its own
                continue;
            }
        }
    }

    private void compare(String who, String name, TypeShape shape) {
        if (shape instanceof TypeShape.Composite composite) {
            compareClass(who, name, composite.type(), composite);
        } else if (shape instanceof TypeShape.Enumeration enumeration) {
            compareClass(who, name, enumeration.type(), enumeration);
        } else if (shape instanceof TypeShape.Elements elements) {
            compare(who, name, elements.element());
        } else if (shape instanceof TypeShape.Objects objects) {
            compare(who, name, objects.element());
        } else if (shape instanceof TypeShape.Maybe maybe) {
            compare(who, name, maybe.element());
        } else if (shape instanceof TypeShape.Entries entries) {
            compare(who, name, entries.key());
            compare(who, name, entries.value());
        }
    }

    private void compareValues(String who, String name, String former, TypeInformation<?> now) {
        String shape = TypeShape.text(now);
        String refusal = former.equals(shape) ? null : TypeMigration.refusal(former, now, classes);
        if (refusal != null) {
            refusals.add(
                    who
                            + " has a state '"
                            + name
                            + "' with values stored as "
                            + former
                            + ", and its values are "
                            + shape
                            + " now: "
                            + refusal
                            + ". Give the operator another uid, or its values their former type.");
        }
    }

    private void compareClass(String who, String name, String className, TypeShape former) {
        Class<?> type;
        try {
            type = Class.forName(className, false, classes.userClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return; // it went with its state; if not, whoever asks for the state is told
        }
        if (type.getTypeParameters().length > 0) {
            return; // what its fields are is said where the state is asked for
        }
        TypeInformation<?> now = TypeExtractor.forClass(type);
        String refusal = TypeMigration.refusal(former.toString(), now, classes);
        if (refusal != null
                && !refusal.contains("is unknown now")
                && changed.add(who + name + className)) {
            refusals.add(
                    who
                            + " has a state '"
                            + name
                            + "' with values stored as "
                            + former
                            + ", and the class is "
                            + TypeShape.text(now)
                            + " now: "
                            + refusal
                            + ". Fields may be added and removed, not changed: give the changed"
                            + " field another name, or the class.");
        }
    }
}

package io.millrace.runtime.graph;

import io.millrace.api.function.DiscardingSink;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.SinkSpec;
import io.millrace.api.transform.SourceSpec;
import io.millrace.api.transform.Transformation;
import io.millrace.api.transform.TwoInputSpec;
import io.millrace.api.type.TypeInformation;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operators that run in one thread, as the planner has put them together.
 *
 * <p>Shape: a tree in topological order; the first operator is the head, which reads the chain's
 * input or is a source.
 *
 * @param combinedEdges numbers of the edges into the head on which records may be combined
 * @param inputs edges that the head reads
 */
public record ChainSpec(
        List<ChainedOperator> operators, Set<Integer> combinedEdges, List<EdgeInput> inputs) {
    public ChainSpec {
        operators = List.copyOf(operators);
        combinedEdges = Set.copyOf(combinedEdges);
        inputs = List.copyOf(inputs);
    }

    /**
     * Writes each operator by itself: two operators to which the program gave one function, or
     * functions that share an object, get one each, chained or not.
     */
    void write(ObjectOutputStream out) throws IOException {
        out.writeObject(new TreeSet<>(combinedEdges));
        out.writeInt(operators.size());
        for (ChainedOperator operator : operators) {
            out.writeObject(operator);
            out.reset();
        }
        out.writeInt(inputs.size());
        for (EdgeInput input : inputs) {
            out.writeObject(input);
            out.reset();
        }
    }

    /** Reads what the planner wrote. */
    public static ChainSpec read(ObjectInputStream in) throws IOException, ClassNotFoundException {
        Set<Integer> combinedEdges = new TreeSet<>();
        for (Object edge : (Set<?>) in.readObject()) {
            combinedEdges.add((Integer) edge);
        }
        int count = in.readInt();
        List<ChainedOperator> operators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operators.add((ChainedOperator) in.readObject());
        }
        List<EdgeInput> inputs = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            inputs.add((EdgeInput) in.readObject());
        }
        return new ChainSpec(operators, combinedEdges, inputs);
    }

    /** What is known of an edge that the chain reads. */
    public EdgeInput input(int edge) {
        return inputs.stream()
                .filter(input -> input.edge() == edge)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The chain does not read " + edge));
    }

    /**
     * Whether a barrier may overtake the records of an edge. Not where it could not be said who is
     * to read them if the parallelism changes: of an edge on which each subtask has readers of its
     * own, or every reader gets every record.
     */
    public static boolean mayBeOvertaken(Partitioning<?> partitioning) {
        return !(partitioning instanceof Partitioning.Forward<?>
                || partitioning instanceof Partitioning.Rescale<?>
                || partitioning instanceof Partitioning.Broadcast<?>);
    }

    public ChainedOperator head() {
        return operators.get(0);
    }

    /**
     * One operator of a chain.
     *
     * @param id number of the operator in the job
     * @param inputTypes one for each logical input; none for a source
     * @param chained the operators of the chain that read this one directly
     * @param edges edges that carry this operator's records to other chains
     * @param sides what else it emits, as far as it is read
     */
    public record ChainedOperator(
            int id,
            String name,
            String uid,
            Body body,
            List<TypeInformation<?>> inputTypes,
            TypeInformation<?> outputType,
            List<Reader> chained,
            List<EdgeOutput> edges,
            List<SideOutput> sides)
            implements Serializable {
        public ChainedOperator {
            inputTypes = List.copyOf(inputTypes);
            sides = List.copyOf(sides);
            chained = List.copyOf(chained);
            edges = List.copyOf(edges);
        }
    }

    /**
     * A side output of an operator.
     *
     * @param tag the name that its function emits with
     * @param chained the operators of the chain that read it directly
     * @param edges edges that carry its records to other chains
     */
    public record SideOutput(
            String tag, TypeInformation<?> type, List<Reader> chained, List<EdgeOutput> edges)
            implements Serializable {
        public SideOutput {
            chained = List.copyOf(chained);
            edges = List.copyOf(edges);
        }
    }

    /**
     * An operator that reads another one of the chain.
     *
     * @param place in the chain
     * @param copies whether it is given a copy of each record
     */
    public record Reader(int place, boolean copies) implements Serializable {}

    /**
     * An edge that the chain reads.
     *
     * @param edge number of the job graph's edge
     * @param name as of {@link JobEdge#name}
     */
    public record EdgeInput(int edge, String name, Partitioning<?> partitioning)
            implements Serializable {}

    /**
     * An edge that leaves the chain.
     *
     * @param edge number of the job graph's edge
     * @param name as of {@link JobEdge#name}
     * @param readerMaxParallelism number of key groups of the reader
     * @param bufferTimeoutMillis the longest a record waits in an open buffer; 0: it never waits;
     *     -1: until the buffer is full; {@link Transformation#BUFFER_TIMEOUT_UNSET}: as long as the
     *     job says
     * @param combinesFor what reads the edge, if records may be combined on their way to it; else
     *     null
     */
    public record EdgeOutput(
            int edge,
            String name,
            Partitioning<?> partitioning,
            int readerMaxParallelism,
            long bufferTimeoutMillis,
            OperatorSpec<?, ?> combinesFor)
            implements Serializable {}

    /** What the operator does. */
    public sealed interface Body extends Serializable {

        /** Whether code of the user's sees the records, and may keep or change them. */
        boolean runsUserCode();

        record Source(SourceSpec<?> spec) implements Body {
            @Override
            public boolean runsUserCode() {
                // a source function does, but on a thread of its own, and what it emits is copied
                return false;
            }
        }

        /**
         * A source of given values.
         *
         * @param values written one after the other by the serializer of the output type, because
         *     they need not be Java serializable
         */
        record Elements(int count, byte[] values) implements Body {
            @Override
            public boolean runsUserCode() {
                return false;
            }
        }

        /**
         * @param finalResultsOnly whether a keyed aggregate emits one result a key at the end of
         *     its input
         * @param key whose state and timers a record sees, or null
         */
        record Operator(
                OperatorSpec<?, ?> spec, boolean finalResultsOnly, Partitioning.Hash<?, ?> key)
                implements Body {
            @Override
            public boolean runsUserCode() {
                return true;
            }
        }

        /**
         * An operator with two logical inputs.
         *
         * @param firstKey whose state a record of the first input sees, or null
         * @param secondKey likewise of the second input
         */
        record TwoInputs(
                TwoInputSpec<?, ?, ?> spec,
                Partitioning.Hash<?, ?> firstKey,
                Partitioning.Hash<?, ?> secondKey)
                implements Body {
            @Override
            public boolean runsUserCode() {
                return true;
            }
        }

        record Sink(SinkSpec<?> spec) implements Body {
            @Override
            public boolean runsUserCode() {
                return spec instanceof SinkSpec.Function<?> sink
                                && sink.function().getClass() != DiscardingSink.class
                        || spec instanceof SinkSpec.To<?> to
                                && to.sink().getClass()
                                        != io.millrace.api.sink.DiscardingSink.class;
            }
        }
    }
}

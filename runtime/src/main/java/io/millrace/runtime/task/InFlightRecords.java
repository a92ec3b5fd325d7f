package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.ChannelPart;
import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.exchange.BarrierOrder;
import io.millrace.runtime.exchange.ChannelContent;
import io.millrace.runtime.exchange.ChannelReplay;
import io.millrace.runtime.exchange.ChannelReplay.Choice;
import io.millrace.runtime.exchange.ChannelReplay.Events;
import io.millrace.runtime.exchange.ChannelSaving;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputGate;
import io.millrace.runtime.exchange.KeptPieces;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Saves what the barriers of a subtask overtake in its channels, and gives back what was saved.
 *
 * <p>What lies where a channel is read belongs to the operator that reads it, what was not sent to
 * the one that wrote it. All of it comes back where it is read, before anything of the channels.
 *
 * <p>Threads: owned by the subtask.
 */
final class InFlightRecords {
    private final int subtask;
    private final String headUid;
    private final List<Input> inputs;
    private final List<Output> outputs;
    private final Input[] inputOf;
    private final KeptPieces.Disk disk;

    /**
     * An edge that is read.
     *
     * @param edge number of the job graph's edge
     * @param name of the edge
     * @param firstChannel of the gate; those of all its writers follow
     * @param writers subtask of each writer
     * @param type of the records, in words
     * @param choice the records that are this subtask's of those that any other one had
     */
    record Input(
            int edge,
            String name,
            int firstChannel,
            int[] writers,
            int readers,
            TypeSerializer<Object> serializer,
            String type,
            Choice choice) {}

    /**
     * An edge that is written and may be overtaken.
     *
     * @param uid of the operator that writes
     * @param readers subtask of each reader
     */
    record Output(
            EdgeWriter writer,
            String name,
            String uid,
            int[] readers,
            TypeSerializer<Object> serializer,
            String type) {}

    /**
     * Records that have not left a writer at a barrier.
     *
     * @param failure why they could not be kept, or null
     */
    record Unsent(List<SubtaskSnapshot.Operator> operators, Exception failure) {
        static final Unsent NOTHING = new Unsent(List.of(), null);
    }

    /** A part of what lay in a channel. */
    private record KeptPart(
            Kind kind,
            String edge,
            String type,
            int writer,
            int reader,
            int peers,
            KeptPieces.Piece piece)
            implements SnapshotPart {
        @Override
        public void write(PartWriter out) throws IOException {
            out.inFlight(new ChannelPart(kind, edge, type, writer, reader, peers, piece.read()));
        }

        @Override
        public void release() {
            piece.release();
        }
    }

    InFlightRecords(
            int subtask,
            String headUid,
            List<Input> inputs,
            List<Output> outputs,
            KeptPieces.Disk disk) {
        this.disk = disk;
        this.subtask = subtask;
        this.headUid = headUid;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.inputOf = new Input[inputs.stream().mapToInt(input -> input.writers().length).sum()];
        for (Input input : inputs) {
            for (int i = 0; i < input.writers().length; i++) {
                inputOf[input.firstChannel() + i] = input;
            }
        }
    }

    // ---- what is read

    /** Keeps what the barrier that the gate gave last has overtaken. */
    ChannelSaving save(InputGate gate) throws ExchangeException {
        KeptPieces pieces = pieces();
        return gate.save(
                channel -> gate.content(channel, inputOf[channel].serializer(), pieces), pieces);
    }

    private KeptPieces pieces() {
        return new KeptPieces(disk, KeptPieces.MAX_HEAP_BYTES);
    }

    /**
     * What was kept, once it is complete.
     *
     * @throws IOException if there is no room for it
     */
    SubtaskSnapshot.Operator received(ChannelSaving saving) throws IOException {
        List<SnapshotPart> parts = new ArrayList<>();
        for (int i = 0; i < inputOf.length; i++) {
            ChannelContent content = saving.contentOf(i);
            if (content != null && !content.isEmpty()) {
                Input input = inputOf[i];
                int writer = input.writers()[i - input.firstChannel()];
                for (KeptPieces.Piece piece : content.toPieces()) {
                    parts.add(
                            new KeptPart(
                                    Kind.RECEIVED,
                                    input.name(),
                                    input.type(),
                                    writer,
                                    subtask,
                                    input.writers().length,
                                    piece));
                }
            }
        }
        saving.close();
        return new SubtaskSnapshot.Operator(headUid, parts);
    }

    // ---- what is written

    /**
     * Keeps what writers hold back, before a barrier is written that may overtake; it comes behind
     * the barrier then.
     *
     * @param order the barrier's
     */
    Unsent held(Barrier barrier, BarrierOrder order) {
        List<SubtaskSnapshot.Operator> operators = new ArrayList<>();
        Exception failure = null;
        KeptPieces pieces = pieces();
        for (Output output : outputs) {
            if (!output.writer().holdsRecords()) {
                continue;
            }
            List<ChannelContent> contents = new ArrayList<>();
            for (int i = 0; i < output.readers().length; i++) {
                contents.add(
                        new ChannelContent(output.serializer(), pieces, output.readers().length));
            }
            output.writer().keep(barrier, order, contents);
            List<SnapshotPart> parts = new ArrayList<>();
            for (int i = 0; i < contents.size(); i++) {
                Exception refused = addUnsent(output, i, contents.get(i), parts);
                failure = failure == null ? refused : failure;
            }
            if (!parts.isEmpty()) {
                operators.add(new SubtaskSnapshot.Operator(output.uid(), parts));
            }
        }
        pieces.close();
        return new Unsent(operators, failure);
    }

    /** Returns why it cannot be kept, or null. */
    private Exception addUnsent(
            Output output, int channel, ChannelContent content, List<SnapshotPart> parts) {
        if (content.failure() != null) {
            content.release();
            return content.failure();
        }
        if (content.isEmpty()) {
            return null;
        }
        try {
            for (KeptPieces.Piece piece : content.toPieces()) {
                parts.add(
                        new KeptPart(
                                Kind.UNSENT,
                                output.name(),
                                output.type(),
                                subtask,
                                output.readers()[channel],
                                output.readers().length,
                                piece));
            }
            return null;
        } catch (IOException e) {
            content.release();
            return e;
        }
    }

    /** Whether a barrier that was written waits behind records that it might overtake. */
    boolean holds(Barrier barrier) {
        for (Output output : outputs) {
            if (output.writer().holds(barrier)) {
                return true;
            }
        }
        return false;
    }

    /** Lets a barrier that was written overtake; returns what was not sent before it. */
    Unsent overtake(Barrier barrier) {
        List<SubtaskSnapshot.Operator> operators = new ArrayList<>();
        Exception failure = null;
        KeptPieces pieces = pieces();
        for (Output output : outputs) {
            List<SnapshotPart> parts = new ArrayList<>();
            List<OutputChannel> channels = output.writer().channels();
            for (int i = 0; i < channels.size(); i++) {
                ChannelContent content =
                        new ChannelContent(output.serializer(), pieces, channels.size());
                channels.get(i).overtake(barrier, content);
                Exception refused = addUnsent(output, i, content, parts);
                failure = failure == null ? refused : failure;
            }
            if (!parts.isEmpty()) {
                operators.add(new SubtaskSnapshot.Operator(output.uid(), parts));
            }
        }
        pieces.close();
        return new Unsent(operators, failure);
    }

    // ---- what comes back

    /**
     * What is to be read before the channels.
     *
     * @throws IOException if it cannot be read
     * @throws Exception what code of the user's throws that says whose a record is
     */
    ChannelReplay restore(RestoredState state, StateReader reader) throws Exception {
        ChannelReplay replay = new ChannelReplay(disk);
        for (RestoredState.InFlight inFlight : state.edges()) {
            Input input =
                    inputs.stream()
                            .filter(edge -> edge.edge() == inFlight.edge())
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "Edge "
                                                            + inFlight.edge()
                                                            + " is not read here"));
            boolean sameReaders = inFlight.readers() == input.readers();
            boolean same = sameReaders && inFlight.writers() == input.writers().length;
            for (Slice slice : inFlight.channels()) {
                checkType(slice.part(), input);
            }
            if (!same) {
                addLeastWatermark(inFlight, reader, input, replay);
            }
            for (Slice slice : inFlight.channels()) {
                int place = same ? place(input, slice.part().firstGroup()) : 0;
                replay.add(
                        input.firstChannel() + place,
                        reader.inFlight(slice),
                        input.serializer(),
                        same ? Events.KEPT : Events.DROPPED,
                        sameReaders ? Choice.ALL : input.choice());
            }
        }
        return replay;
    }

    private static int place(Input input, int writer) {
        for (int i = 0; i < input.writers().length; i++) {
            if (input.writers()[i] == writer) {
                return i;
            }
        }
        throw new IllegalStateException(input.name() + " has no writer " + writer);
    }

    /**
     * Where channels have become others, all have seen at least what each of the former ones that
     * come together here had seen.
     */
    private static void addLeastWatermark(
            RestoredState.InFlight inFlight, StateReader reader, Input input, ChannelReplay replay)
            throws IOException {
        Set<Integer> readers = new HashSet<>();
        // by channel; of its pieces the first says it
        Map<List<Integer>, Long> watermarks = new HashMap<>();
        for (Slice slice : inFlight.channels()) {
            StatePart part = slice.part();
            readers.add(part.lastGroup());
            if (part.kind() == Kind.RECEIVED) {
                watermarks.merge(
                        List.of(part.firstGroup(), part.lastGroup()),
                        ChannelReplay.watermarkOf(reader.inFlight(slice)),
                        Math::max);
            }
        }
        // one that is missing had seen none
        if (watermarks.size() != readers.size() * inFlight.writers()) {
            return;
        }
        long least = watermarks.values().stream().mapToLong(mark -> mark).min().orElseThrow();
        if (least != Long.MIN_VALUE) {
            for (int i = 0; i < input.writers().length; i++) {
                replay.addWatermark(input.firstChannel() + i, least);
            }
        }
    }

    private static void checkType(StatePart part, Input input) throws IOException {
        if (!part.type().equals(input.type())) {
            throw new IOException(
                    "Records of type "
                            + part.type()
                            + " lay in edge '"
                            + input.name()
                            + "' at the checkpoint, and it now has records of type "
                            + input.type()
                            + ": begin from a savepoint, which has no records in edges");
        }
    }
}

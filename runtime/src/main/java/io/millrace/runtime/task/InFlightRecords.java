package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.ChannelPart;
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
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
     * Records that writers held back.
     *
     * @param failure why they could not be kept, or null
     */
    record Held(List<SubtaskSnapshot.Operator> operators, Exception failure) {
        static final Held NOTHING = new Held(List.of(), null);
    }

    InFlightRecords(int subtask, String headUid, List<Input> inputs, List<Output> outputs) {
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
        return gate.save(channel -> gate.content(channel, inputOf[channel].serializer()));
    }

    /** What was kept, once it is complete. */
    SubtaskSnapshot.Operator received(ChannelSaving saving) {
        List<SnapshotPart> parts = new ArrayList<>();
        for (int i = 0; i < inputOf.length; i++) {
            ChannelContent content = saving.contentOf(i);
            if (content != null && !content.isEmpty()) {
                Input input = inputOf[i];
                parts.add(
                        new ChannelPart(
                                Kind.RECEIVED,
                                input.name(),
                                input.type(),
                                input.writers()[i - input.firstChannel()],
                                subtask,
                                input.writers().length,
                                content.toBytes()));
            }
        }
        return new SubtaskSnapshot.Operator(headUid, parts);
    }

    // ---- what is written

    /**
     * Keeps what writers hold back, before a barrier is written that may overtake; it comes behind
     * the barrier then.
     *
     * @param order the barrier's
     */
    Held held(Barrier barrier, BarrierOrder order) {
        List<SubtaskSnapshot.Operator> operators = new ArrayList<>();
        Exception failure = null;
        for (Output output : outputs) {
            if (!output.writer().holdsRecords()) {
                continue;
            }
            List<ChannelContent> contents = new ArrayList<>();
            for (int i = 0; i < output.readers().length; i++) {
                contents.add(new ChannelContent(output.serializer()));
            }
            output.writer().keep(barrier, order, contents);
            List<SnapshotPart> parts = new ArrayList<>();
            for (int i = 0; i < contents.size(); i++) {
                failure = failure == null ? contents.get(i).failure() : failure;
                addUnsent(output, i, contents.get(i), parts);
            }
            if (!parts.isEmpty()) {
                operators.add(new SubtaskSnapshot.Operator(output.uid(), parts));
            }
        }
        return new Held(operators, failure);
    }

    private void addUnsent(
            Output output, int channel, ChannelContent content, List<SnapshotPart> parts) {
        if (!content.isEmpty()) {
            parts.add(
                    new ChannelPart(
                            Kind.UNSENT,
                            output.name(),
                            output.type(),
                            subtask,
                            output.readers()[channel],
                            output.readers().length,
                            content.toBytes()));
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
    List<SubtaskSnapshot.Operator> overtake(Barrier barrier) {
        List<SubtaskSnapshot.Operator> operators = new ArrayList<>();
        for (Output output : outputs) {
            List<SnapshotPart> parts = new ArrayList<>();
            List<OutputChannel> channels = output.writer().channels();
            for (int i = 0; i < channels.size(); i++) {
                ChannelContent content = new ChannelContent(output.serializer());
                channels.get(i).overtake(barrier, content);
                addUnsent(output, i, content, parts);
            }
            if (!parts.isEmpty()) {
                operators.add(new SubtaskSnapshot.Operator(output.uid(), parts));
            }
        }
        return operators;
    }

    // ---- what comes back

    /**
     * What is to be read before the channels.
     *
     * @throws IOException if it cannot be read
     * @throws Exception what code of the user's throws that says whose a record is
     */
    ChannelReplay restore(RestoredState state, StateReader reader) throws Exception {
        ChannelReplay replay = new ChannelReplay();
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
            List<byte[]> contents = new ArrayList<>();
            for (Slice slice : inFlight.channels()) {
                checkType(slice.part(), input);
                contents.add(reader.inFlight(slice));
            }
            if (!same) {
                addLeastWatermark(inFlight, contents, input, replay);
            }
            for (int i = 0; i < contents.size(); i++) {
                StatePart part = inFlight.channels().get(i).part();
                replay.add(
                        input.firstChannel() + (same ? place(input, part.firstGroup()) : 0),
                        contents.get(i),
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
            RestoredState.InFlight inFlight,
            List<byte[]> contents,
            Input input,
            ChannelReplay replay) {
        Set<Integer> readers = new HashSet<>();
        long least = Long.MAX_VALUE;
        int channels = 0;
        for (int i = 0; i < contents.size(); i++) {
            StatePart part = inFlight.channels().get(i).part();
            readers.add(part.lastGroup());
            if (part.kind() == Kind.RECEIVED) {
                channels++;
                least = Math.min(least, ChannelReplay.watermarkOf(contents.get(i)));
            }
        }
        // one that is missing had seen none
        if (least != Long.MIN_VALUE && channels == readers.size() * inFlight.writers()) {
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

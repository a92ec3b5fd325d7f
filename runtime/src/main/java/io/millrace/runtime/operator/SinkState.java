package io.millrace.runtime.operator;

import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.SupportsWriterState;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sink has in a checkpoint: two lists, each element of which goes to one subtask.
 *
 * <p>Format, integers big-endian:
 *
 * <pre>
 * sink-writer        int version of the sink's serializer, its bytes
 * sink-committables  int version of the sink's serializer, its bytes
 * </pre>
 *
 * <p>Both are written only if there is something in them. What a sink no longer reads is refused,
 * as it would be lost: committables are records that were never committed.
 *
 * <p>Threads: stateless.
 */
final class SinkState {
    private static final String WRITER = "sink-writer";
    private static final String COMMITTABLES = "sink-committables";

    /** What the elements are written as; the sink's own version follows in each. */
    private static final String TYPE = "versioned bytes";

    private final String operator;
    private final SimpleVersionedSerializer<Object> writerStates;
    private final SimpleVersionedSerializer<Object> committables;

    @SuppressWarnings("unchecked") // what its writer gives is all they ever see
    SinkState(String operator, Sink<?> sink) {
        this.operator = operator;
        this.writerStates =
                sink instanceof SupportsWriterState<?, ?> stateful
                        ? (SimpleVersionedSerializer<Object>) stateful.getWriterStateSerializer()
                        : null;
        this.committables =
                sink instanceof SupportsCommitter<?> committing
                        ? (SimpleVersionedSerializer<Object>) committing.getCommittableSerializer()
                        : null;
    }

    /** What a subtask begins with. */
    record Restored(List<Object> writerStates, List<Object> committables) {}

    List<SnapshotPart> write(List<?> states, List<?> held) throws IOException {
        List<SnapshotPart> parts = new ArrayList<>();
        if (!states.isEmpty()) {
            parts.add(list(WRITER, writerStates, states));
        }
        if (!held.isEmpty()) {
            parts.add(list(COMMITTABLES, committables, held));
        }
        return parts;
    }

    private static ListPart list(
            String name, SimpleVersionedSerializer<Object> serializer, List<?> values)
            throws IOException {
        List<byte[]> elements = new ArrayList<>();
        for (Object value : values) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(serializer.getVersion());
            out.write(serializer.serialize(value));
            elements.add(bytes.toByteArray());
        }
        return new ListPart(Kind.SPLIT_LIST, name, TYPE, elements);
    }

    Restored read(RestoredOperator restored) throws IOException {
        List<Object> states = new ArrayList<>();
        List<Object> held = new ArrayList<>();
        for (Slice slice : restored.lists()) {
            boolean ofWriter = slice.part().name().equals(WRITER);
            SimpleVersionedSerializer<Object> serializer = ofWriter ? writerStates : committables;
            if (serializer == null) {
                throw new IOException(
                        "Checkpoint "
                                + restored.checkpointId()
                                + " has '"
                                + slice.part().name()
                                + "' of the sink '"
                                + operator
                                + "', which "
                                + (ofWriter ? "keeps no state" : "has no committer")
                                + " any more: give the new sink another uid once the old one has"
                                + " finished with a last checkpoint.");
            }
            for (byte[] element : restored.elements(slice)) {
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(element));
                try {
                    Object value = serializer.deserialize(in.readInt(), in.readAllBytes());
                    (ofWriter ? states : held).add(value);
                } catch (EOFException e) {
                    throw new IOException(
                            "'"
                                    + slice.part().name()
                                    + "' of the sink '"
                                    + operator
                                    + "' in checkpoint "
                                    + restored.checkpointId()
                                    + " is cut short: "
                                    + element.length
                                    + " bytes.",
                            e);
                }
            }
        }
        return new Restored(states, held);
    }
}

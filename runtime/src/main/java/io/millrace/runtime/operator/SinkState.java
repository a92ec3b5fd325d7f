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
import io.millrace.runtime.operator.PendingCommits.Held;
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
 * sink-committables  long first checkpoint that held it, int version of the sink's serializer, its bytes
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
    record Restored(List<Object> writerStates, List<Held> committables) {}

    List<SnapshotPart> write(List<?> states, List<Held> held) throws IOException {
        List<SnapshotPart> parts = new ArrayList<>();
        if (!states.isEmpty()) {
            List<byte[]> elements = new ArrayList<>();
            for (Object state : states) {
                elements.add(bytes(0, false, writerStates, state));
            }
            parts.add(new ListPart(Kind.SPLIT_LIST, WRITER, TYPE, elements));
        }
        if (!held.isEmpty()) {
            List<byte[]> elements = new ArrayList<>();
            for (Held one : held) {
                elements.add(bytes(one.checkpointId(), true, committables, one.committable()));
            }
            parts.add(new ListPart(Kind.SPLIT_LIST, COMMITTABLES, TYPE, elements));
        }
        return parts;
    }

    private static byte[] bytes(
            long checkpointId,
            boolean withId,
            SimpleVersionedSerializer<Object> serializer,
            Object value)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        if (withId) {
            out.writeLong(checkpointId);
        }
        out.writeInt(serializer.getVersion());
        out.write(serializer.serialize(value));
        return bytes.toByteArray();
    }

    Restored read(RestoredOperator restored) throws IOException {
        List<Object> states = new ArrayList<>();
        List<Held> held = new ArrayList<>();
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
                    long id = ofWriter ? 0 : in.readLong();
                    Object value = serializer.deserialize(in.readInt(), in.readAllBytes());
                    if (ofWriter) {
                        states.add(value);
                    } else {
                        held.add(new Held(id, value));
                    }
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

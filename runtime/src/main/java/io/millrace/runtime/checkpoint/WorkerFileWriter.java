package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.SnapshotStorage.WorkerSnapshot;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.checkpoint.StatePart.Piece;
import io.millrace.runtime.serializer.LengthPrefixed;
import io.millrace.runtime.state.SnapshotOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what one worker's subtasks have in one checkpoint: what is of this checkpoint alone into
 * the worker's file, front to back; pieces of keyed state into the file that later checkpoints may
 * share ({@link SharedFileWriter}). Either is only made if there is something to put into it.
 *
 * <p>Format of the worker's file, numbers big-endian, texts as a four-byte length and UTF-8:
 *
 * <pre>
 *   header     magic "MRWF" | version, 2 bytes | checkpoint id, 8 | epoch, 4 | worker id, text
 *   states     one after the other, see below; nothing between them
 *   directory  number of subtasks, 4; for each: vertex, 4 | subtask, 4 | operators as in
 *              {@link MetadataFormat}, without what lies in the shared file
 *   footer     offset of the directory, 8 | CRC32C of all before the footer, 4 | magic "MRWE"
 *
 *   a list         for each element: length, 4 | its bytes
 *   a keyed state  as its store writes it
 *   a channel      as {@link io.millrace.runtime.exchange.ChannelContent} has it
 * </pre>
 *
 * <p>The directory repeats what {@code _metadata} says, so that a file can be looked into by
 * itself.
 *
 * <p>Pieces of earlier checkpoints are referred to where they lie, with two exceptions: those in a
 * file of which less than half is still referred to are written again, so that the file can go; and
 * many small ones at the end of a chain are joined, so that chains stay short ({@link
 * PieceChain#joinFrom}).
 *
 * <p>Threads: one.
 */
final class WorkerFileWriter implements PartWriter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerFileWriter.class);

    static final int MAGIC = 0x4d525746;
    static final int END_MAGIC = 0x4d525745;
    static final int VERSION = 2;
    static final int FOOTER_BYTES = 16;

    private final WorkerSnapshot snapshot;
    private final String name;
    private final SummedOutput.Opener opener;
    private final SharedFileWriter shared;
    private final CheckpointFolder.Opened folder;

    /** Bytes that this worker's subtasks still refer to, by file of earlier checkpoints. */
    private final Map<WorkerFile, Long> live = new HashMap<>();

    private final List<Subtask> subtasks = new ArrayList<>();
    private SummedOutput out;
    private DataOutputStream data;

    private SubtaskSnapshot subtask;
    private SubtaskSnapshot.Operator operator;
    private SnapshotPart source;
    private Subtask writing;
    private List<Part> parts;

    /** A state that was written; its new pieces are in a file without a name. */
    private record Part(SnapshotPart source, StatePart state) {}

    private record Operator(String uid, List<Part> parts) {}

    private static final class Subtask {
        private final SubtaskSnapshot snapshot;
        private final List<Operator> operators = new ArrayList<>();
        private long newBytes;

        Subtask(SubtaskSnapshot snapshot) {
            this.snapshot = snapshot;
        }
    }

    /** What there is when all is written. */
    record Written(WorkerFile file, WorkerFile shared, List<SubtaskState> subtasks) {}

    /**
     * @param name of the worker's file, relative to the folder
     * @param folder that pieces of earlier checkpoints lie in
     */
    WorkerFileWriter(
            WorkerSnapshot snapshot,
            String name,
            SummedOutput.Opener opener,
            SharedFileWriter shared,
            CheckpointFolder.Opened folder) {
        this.snapshot = snapshot;
        this.name = name;
        this.opener = opener;
        this.shared = shared;
        this.folder = folder;
        for (SubtaskSnapshot each : snapshot.subtasks()) {
            for (SubtaskSnapshot.Operator of : each.operators()) {
                for (SnapshotPart part : of.parts()) {
                    for (Piece piece : part.buildsOn()) {
                        live.merge(piece.file(), piece.length(), Long::sum);
                    }
                }
            }
        }
    }

    /** Writes all states of all subtasks, and closes the files. */
    Written write() throws IOException {
        for (SubtaskSnapshot each : snapshot.subtasks()) {
            subtask = each;
            writing = new Subtask(each);
            subtasks.add(writing);
            for (SubtaskSnapshot.Operator of : each.operators()) {
                operator = of;
                parts = new ArrayList<>();
                for (SnapshotPart part : of.parts()) {
                    source = part;
                    part.write(this);
                }
                if (!parts.isEmpty()) {
                    writing.operators.add(new Operator(of.uid(), parts));
                }
            }
        }
        WorkerFile file = finish();
        WorkerFile sharedFile = shared.finish();
        List<SubtaskState> states = new ArrayList<>();
        for (Subtask each : subtasks) {
            states.add(state(each, sharedFile));
        }
        return new Written(file, sharedFile, states);
    }

    /** Tells all that was written what it is now, once it is known to be durable. */
    void stored(WorkerFile sharedFile) {
        for (Subtask each : subtasks) {
            for (Operator of : each.operators) {
                for (Part part : of.parts()) {
                    part.source().stored(named(part.state(), sharedFile));
                }
            }
        }
    }

    private static SubtaskState state(Subtask of, WorkerFile sharedFile) {
        long total = 0;
        List<OperatorState> operators = new ArrayList<>();
        for (Operator each : of.operators) {
            List<StatePart> states = new ArrayList<>();
            for (Part part : each.parts()) {
                states.add(named(part.state(), sharedFile));
                total += part.state().length();
            }
            operators.add(new OperatorState(each.uid(), states));
        }
        return new SubtaskState(
                of.snapshot.attempt(),
                of.snapshot.ended(),
                of.snapshot.alignmentNanos(),
                of.snapshot.syncNanos(),
                of.newBytes,
                total,
                operators);
    }

    private static StatePart named(StatePart part, WorkerFile sharedFile) {
        if (part.pieces().isEmpty()) {
            return part;
        }
        List<Piece> pieces = new ArrayList<>();
        for (Piece piece : part.pieces()) {
            pieces.add(
                    piece.file() != null
                            ? piece
                            : new Piece(sharedFile, piece.offset(), piece.length()));
        }
        return StatePart.ofPieces(
                part.name(), part.type(), part.firstGroup(), part.lastGroup(), pieces);
    }

    // ------------------------------------------------------------------ the worker's file

    private void open() throws IOException {
        if (out != null) {
            return;
        }
        out = new SummedOutput(opener.open());
        data = new DataOutputStream(out);
        data.writeInt(MAGIC);
        data.writeShort(VERSION);
        data.writeLong(snapshot.id());
        data.writeInt(snapshot.epoch());
        LengthPrefixed.writeText(data, snapshot.workerId());
    }

    @Override
    public void list(Kind kind, String name, String type, List<byte[]> elements)
            throws IOException {
        if (kind == Kind.KEYED || kind == Kind.WATERMARK || kind.isInFlight()) {
            throw new IllegalArgumentException("State '" + name + "' is " + kind + ", not a list");
        }
        open();
        long offset = out.written();
        out.beginPart();
        for (byte[] element : elements) {
            LengthPrefixed.writeBytes(data, element);
        }
        add(kind, name, type, elements.size(), 0, 0, offset);
    }

    @Override
    public void keyed(String name, String type, int firstGroup, int lastGroup, Content content)
            throws IOException {
        open();
        long offset = out.written();
        out.beginPart();
        content.write(out::write);
        add(Kind.KEYED, name, type, 0, firstGroup, lastGroup, offset);
    }

    @Override
    public void watermark(int firstGroup, int lastGroup, long millis) {
        parts.add(new Part(source, StatePart.ofWatermark(firstGroup, lastGroup, millis)));
    }

    @Override
    public void inFlight(ChannelPart channel) throws IOException {
        open();
        long offset = out.written();
        out.beginPart();
        data.write(channel.content());
        add(
                channel.kind(),
                channel.edge(),
                channel.type(),
                channel.peers(),
                channel.writer(),
                channel.reader(),
                offset);
    }

    private void add(
            Kind kind,
            String name,
            String type,
            int elements,
            int firstGroup,
            int lastGroup,
            long offset) {
        long length = out.written() - offset;
        writing.newBytes += length;
        parts.add(
                new Part(
                        source,
                        new StatePart(
                                kind,
                                name,
                                type,
                                elements,
                                firstGroup,
                                lastGroup,
                                offset,
                                length,
                                out.partCrc())));
    }

    private WorkerFile finish() throws IOException {
        if (out == null) {
            return null;
        }
        long directory = out.written();
        data.writeInt(subtasks.size());
        for (Subtask each : subtasks) {
            data.writeInt(each.snapshot.attempt().vertex());
            data.writeInt(each.snapshot.attempt().subtask());
            List<OperatorState> operators = new ArrayList<>();
            for (Operator of : each.operators) {
                operators.add(
                        new OperatorState(
                                of.uid(),
                                of.parts().stream()
                                        .map(Part::state)
                                        .filter(state -> state.pieces().isEmpty())
                                        .toList()));
            }
            MetadataFormat.writeOperators(data, operators, new HashMap<>());
        }
        int crc = out.crc();
        data.writeLong(directory);
        data.writeInt(crc);
        data.writeInt(END_MAGIC);
        out.close();
        return new WorkerFile(name, out.written(), out.crc());
    }

    // ------------------------------------------------------------------ the shared file

    @Override
    public void piece(
            String name,
            String type,
            int firstGroup,
            int lastGroup,
            List<Piece> before,
            Content content)
            throws IOException {
        List<Piece> pieces = new ArrayList<>();
        int joined = PieceChain.joinFrom(before);
        for (Piece piece : before.subList(0, joined)) {
            if (isSparse(piece.file())) {
                pieces.addAll(rewrite(List.of(piece)));
            } else {
                pieces.add(piece);
            }
        }
        if (joined < before.size()) {
            pieces.addAll(rewrite(before.subList(joined, before.size())));
        }
        Piece changes = put(content);
        if (changes != null) {
            pieces.add(changes);
        }
        parts.add(new Part(source, StatePart.ofPieces(name, type, firstGroup, lastGroup, pieces)));
    }

    private Piece put(Content content) throws IOException {
        Piece piece =
                shared.write(
                        subtask.attempt().vertex(),
                        subtask.attempt().subtask(),
                        operator.uid(),
                        content);
        if (piece != null) {
            writing.newBytes += piece.length();
        }
        return piece;
    }

    private boolean isSparse(WorkerFile file) {
        return live.get(file) < file.length() / 2;
    }

    /**
     * Copies pieces that follow each other, as one. If they cannot be read, they stay where they
     * are: they may belong to a checkpoint that is not the newest any more, and then the master
     * refuses this one; if they are damaged, whoever restores them says so.
     */
    private List<Piece> rewrite(List<Piece> pieces) throws IOException {
        try (PieceInputs inputs = new PieceInputs(snapshot.id(), folder, pieces)) {
            return List.of(put(output -> inputs.concatenate(unchecked(output))));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            LOG.warn(
                    "Checkpoint {} refers to {} pieces in place of joining them: {}",
                    snapshot.id(),
                    pieces.size(),
                    e.getMessage());
            return pieces;
        }
    }

    /** Tells failures of the output from those of inputs. */
    private static SnapshotOutput unchecked(SnapshotOutput output) {
        return (bytes, from, count) -> {
            try {
                output.write(bytes, from, count);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public void close() throws IOException {
        try {
            if (out != null) {
                out.close();
            }
        } finally {
            shared.close();
        }
    }
}

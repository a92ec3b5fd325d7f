package io.millrace.runtime.checkpoint;

import static io.millrace.runtime.serializer.LengthPrefixed.readBytes;
import static io.millrace.runtime.serializer.LengthPrefixed.readList;
import static io.millrace.runtime.serializer.LengthPrefixed.readText;
import static io.millrace.runtime.serializer.LengthPrefixed.writeBytes;
import static io.millrace.runtime.serializer.LengthPrefixed.writeList;
import static io.millrace.runtime.serializer.LengthPrefixed.writeText;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Operator;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes and reads {@code _metadata}.
 *
 * <p>Format, numbers big-endian, texts as a four-byte length and UTF-8, lists as a four-byte count
 * and their elements:
 *
 * <pre>
 *   magic "MRCM" | version, 2 bytes
 *   checkpoint id, 8 | epoch, 4 | job id, text | job name, text | milliseconds since 1970, 8
 *   files       name, text | length, 8 | CRC32C, 4
 *   vertices    number, 4 | name, text | parallelism, 4 | maximum parallelism, 4 | subtasks
 *   subtasks    finished, 1 | number of the file, 4 | operators
 *   operators   uid, text | states
 *   states      kind, 1 | name, text | type, text | elements, 4 | first and last key group, 4 and 4
 *               | offset, 8 | length, 8 | CRC32C, 4 | pieces; a watermark is all in here
 *   pieces      number of the shared file, 4 | the file as above where a number comes for the first
 *               time: they are counted from 0 | offset, 8 | length, 8
 *   sections    kind, text | length, 4 | bytes; a reader refuses one that it does not know
 *     "operators"   for each vertex, in the order of the vertices: a list of uid, text | name, text
 *     "kind"        why it was taken, 1
 *     "coordinators"   of sources, a list: uid, text | version of the user's serializer, 4 | the
 *                   enumerator's state, bytes | returned splits, a list: subtask, 4 | version of
 *                   the user's serializer, 4 | splits, a list of bytes
 *   CRC32C of all before, 4
 * </pre>
 *
 * <p>The sections are the place of what is not a subtask's. A kind of state that a build does not
 * know is an error, as is a newer version.
 *
 * <p>Threads: stateless.
 */
public final class MetadataFormat {
    private static final int MAGIC = 0x4d52434d;
    private static final int VERSION = 2;
    private static final String OPERATORS = "operators";
    private static final String KIND = "kind";
    private static final String COORDINATORS = "coordinators";

    private MetadataFormat() {}

    public static byte[] write(CheckpointMetadata metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeShort(VERSION);
            out.writeLong(metadata.id());
            out.writeInt(metadata.epoch());
            writeText(out, metadata.jobId());
            writeText(out, metadata.jobName());
            out.writeLong(metadata.wallMillis());
            out.writeInt(metadata.files().size());
            for (WorkerFile file : metadata.files()) {
                writeFile(out, file);
            }
            Map<WorkerFile, Integer> shared = new HashMap<>();
            out.writeInt(metadata.vertices().size());
            for (Vertex vertex : metadata.vertices()) {
                out.writeInt(vertex.vertex());
                writeText(out, vertex.name());
                out.writeInt(vertex.parallelism());
                out.writeInt(vertex.maxParallelism());
                out.writeInt(vertex.subtasks().size());
                for (Subtask subtask : vertex.subtasks()) {
                    out.writeBoolean(subtask.finished());
                    out.writeInt(subtask.file());
                    writeOperators(out, subtask.operators(), shared);
                }
            }
            out.writeInt(3);
            writeSection(out, OPERATORS, operators(metadata));
            writeSection(out, KIND, section -> section.writeByte(metadata.kind().ordinal()));
            writeSection(out, COORDINATORS, to -> writeCoordinators(to, metadata.coordinators()));
            out.flush();
            out.writeInt(crc(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    private interface Section {
        void write(DataOutputStream out) throws IOException;
    }

    private static void writeSection(DataOutputStream out, String kind, Section section)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        section.write(new DataOutputStream(bytes));
        writeText(out, kind);
        writeBytes(out, bytes.toByteArray());
    }

    private static Section operators(CheckpointMetadata metadata) {
        return out -> {
            for (Vertex vertex : metadata.vertices()) {
                out.writeInt(vertex.operators().size());
                for (Operator operator : vertex.operators()) {
                    writeText(out, operator.uid());
                    writeText(out, operator.name());
                }
            }
        };
    }

    /**
     * Reads what was written.
     *
     * @param source where the bytes come from, for messages
     * @throws DamagedCheckpointException if they are anything else
     */
    public static CheckpointMetadata read(byte[] bytes, String source)
            throws DamagedCheckpointException {
        if (bytes.length < 10 || ByteBuffer.wrap(bytes).getInt() != MAGIC) {
            throw new DamagedCheckpointException(
                    source + ", " + bytes.length + " bytes, is no checkpoint's metadata");
        }
        int version = ByteBuffer.wrap(bytes, 4, 2).getShort();
        if (version != VERSION) {
            throw new DamagedCheckpointException(
                    source
                            + " has version "
                            + version
                            + ", this build reads "
                            + VERSION
                            + ": start with a newer build");
        }
        int end = bytes.length - 4;
        int crc = crc(bytes, end);
        int said = ByteBuffer.wrap(bytes, end, 4).getInt();
        if (crc != said) {
            throw new DamagedCheckpointException(
                    source
                            + ", "
                            + bytes.length
                            + " bytes, is damaged: its checksum is "
                            + Integer.toHexString(crc)
                            + ", not "
                            + Integer.toHexString(said));
        }
        try (DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(bytes, 6, end - 6))) {
            CheckpointMetadata metadata = read(in);
            if (in.read() >= 0) {
                throw new IOException("there is more behind its end");
            }
            return metadata;
        } catch (IOException | RuntimeException e) {
            throw new DamagedCheckpointException(source + " cannot be read: " + e, e);
        }
    }

    private static CheckpointMetadata read(DataInputStream in) throws IOException {
        long id = in.readLong();
        int epoch = in.readInt();
        String jobId = readText(in);
        String jobName = readText(in);
        long wallMillis = in.readLong();
        List<WorkerFile> files = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            files.add(readFile(in));
        }
        List<WorkerFile> shared = new ArrayList<>();
        List<Vertex> vertices = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            int number = in.readInt();
            String name = readText(in);
            int parallelism = in.readInt();
            int maxParallelism = in.readInt();
            List<Subtask> subtasks = new ArrayList<>();
            for (int s = in.readInt(); s > 0; s--) {
                subtasks.add(
                        new Subtask(in.readBoolean(), in.readInt(), readOperators(in, shared)));
            }
            vertices.add(new Vertex(number, name, parallelism, maxParallelism, subtasks));
        }
        CheckpointKind kind = CheckpointKind.CHECKPOINT;
        List<CoordinatorState> coordinators = List.of();
        for (int i = in.readInt(); i > 0; i--) {
            String name = readText(in);
            DataInputStream section = new DataInputStream(new ByteArrayInputStream(readBytes(in)));
            if (name.equals(KIND)) {
                kind = readKind(section);
            } else if (name.equals(OPERATORS)) {
                vertices = withOperators(vertices, section);
            } else if (name.equals(COORDINATORS)) {
                coordinators = readCoordinators(section);
            } else {
                throw new IOException(
                        "it holds a section '" + name + "' that this build does not know");
            }
        }
        return new CheckpointMetadata(
                id, epoch, jobId, jobName, wallMillis, files, vertices, kind, coordinators);
    }

    private static void writeCoordinators(DataOutputStream out, List<CoordinatorState> states)
            throws IOException {
        out.writeInt(states.size());
        for (CoordinatorState state : states) {
            writeText(out, state.uid());
            out.writeInt(state.version());
            writeBytes(out, state.enumerator());
            out.writeInt(state.returned().size());
            for (CoordinatorState.Splits splits : state.returned()) {
                out.writeInt(splits.subtask());
                out.writeInt(splits.version());
                writeList(out, splits.splits());
            }
        }
    }

    private static List<CoordinatorState> readCoordinators(DataInputStream in) throws IOException {
        List<CoordinatorState> states = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            String uid = readText(in);
            int version = in.readInt();
            byte[] enumerator = readBytes(in);
            List<CoordinatorState.Splits> returned = new ArrayList<>();
            for (int r = in.readInt(); r > 0; r--) {
                returned.add(new CoordinatorState.Splits(in.readInt(), in.readInt(), readList(in)));
            }
            states.add(new CoordinatorState(uid, version, enumerator, returned));
        }
        return states;
    }

    private static CheckpointKind readKind(DataInputStream in) throws IOException {
        int number = in.readUnsignedByte();
        if (number >= CheckpointKind.values().length) {
            throw new IOException("a checkpoint of kind " + number + " is not known");
        }
        return CheckpointKind.values()[number];
    }

    private static List<Vertex> withOperators(List<Vertex> vertices, DataInputStream in)
            throws IOException {
        List<Vertex> named = new ArrayList<>();
        for (Vertex vertex : vertices) {
            List<Operator> operators = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                operators.add(new Operator(readText(in), readText(in)));
            }
            named.add(
                    new Vertex(
                            vertex.vertex(),
                            vertex.name(),
                            vertex.parallelism(),
                            vertex.maxParallelism(),
                            vertex.subtasks(),
                            operators));
        }
        return named;
    }

    private static void writeFile(DataOutputStream out, WorkerFile file) throws IOException {
        writeText(out, file.name());
        out.writeLong(file.length());
        out.writeInt(file.crc());
    }

    private static WorkerFile readFile(DataInputStream in) throws IOException {
        return new WorkerFile(readText(in), in.readLong(), in.readInt());
    }

    /**
     * @param shared the numbers of the shared files that were written before
     */
    static void writeOperators(
            DataOutputStream out, List<OperatorState> operators, Map<WorkerFile, Integer> shared)
            throws IOException {
        out.writeInt(operators.size());
        for (OperatorState operator : operators) {
            writeText(out, operator.uid());
            out.writeInt(operator.parts().size());
            for (StatePart part : operator.parts()) {
                out.writeByte(part.kind().ordinal());
                writeText(out, part.name());
                writeText(out, part.type());
                out.writeInt(part.elements());
                out.writeInt(part.firstGroup());
                out.writeInt(part.lastGroup());
                out.writeLong(part.offset());
                out.writeLong(part.length());
                out.writeInt(part.crc());
                writePieces(out, part.pieces(), shared);
            }
        }
    }

    private static void writePieces(
            DataOutputStream out, List<StatePart.Piece> pieces, Map<WorkerFile, Integer> shared)
            throws IOException {
        out.writeInt(pieces.size());
        for (StatePart.Piece piece : pieces) {
            Integer number = shared.putIfAbsent(piece.file(), shared.size());
            if (number != null) {
                out.writeInt(number);
            } else {
                out.writeInt(shared.size() - 1);
                writeFile(out, piece.file());
            }
            out.writeLong(piece.offset());
            out.writeLong(piece.length());
        }
    }

    private static List<StatePart.Piece> readPieces(DataInputStream in, List<WorkerFile> shared)
            throws IOException {
        List<StatePart.Piece> pieces = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            int number = in.readInt();
            if (number == shared.size()) {
                shared.add(readFile(in));
            }
            pieces.add(new StatePart.Piece(shared.get(number), in.readLong(), in.readLong()));
        }
        return pieces;
    }

    private static List<OperatorState> readOperators(DataInputStream in, List<WorkerFile> shared)
            throws IOException {
        StatePart.Kind[] kinds = StatePart.Kind.values();
        List<OperatorState> operators = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            String uid = readText(in);
            List<StatePart> parts = new ArrayList<>();
            for (int p = in.readInt(); p > 0; p--) {
                int kind = in.readUnsignedByte();
                if (kind >= kinds.length) {
                    throw new IOException("a state of kind " + kind + " is not known");
                }
                parts.add(
                        new StatePart(
                                kinds[kind],
                                readText(in),
                                readText(in),
                                in.readInt(),
                                in.readInt(),
                                in.readInt(),
                                in.readLong(),
                                in.readLong(),
                                in.readInt(),
                                readPieces(in, shared)));
            }
            operators.add(new OperatorState(uid, parts));
        }
        return operators;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}

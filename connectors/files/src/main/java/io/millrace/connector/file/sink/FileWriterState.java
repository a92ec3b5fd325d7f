package io.millrace.connector.file.sink;

import io.millrace.api.fs.Path;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a writer has in a checkpoint.
 *
 * @param writer who it was
 * @param parallelism of the sink
 * @param nextNumber of the file that it will begin next: those from here on are of later
 * @param open files that it was writing
 */
record FileWriterState(PartName writer, int parallelism, long nextNumber, List<OpenPart> open) {
    FileWriterState {
        open = List.copyOf(open);
    }

    /**
     * A file that was being written.
     *
     * @param inProgress where it is
     * @param target where it is to be
     * @param length in bytes, of what belongs to the checkpoint
     */
    record OpenPart(Path inProgress, Path target, long length) {}

    /**
     * Format, integers big-endian, text as of {@link DataOutputStream#writeUTF}:
     *
     * <pre>
     * text sink, int subtask, int epoch, int counter, int parallelism, long next number,
     * int files, each: text in progress, text target, long length
     * </pre>
     */
    static final class Serializer implements SimpleVersionedSerializer<FileWriterState> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(FileWriterState state) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(state.writer().sink());
            out.writeInt(state.writer().subtask());
            out.writeInt(state.writer().epoch());
            out.writeInt(state.writer().counter());
            out.writeInt(state.parallelism());
            out.writeLong(state.nextNumber());
            out.writeInt(state.open().size());
            for (OpenPart part : state.open()) {
                out.writeUTF(part.inProgress().toString());
                out.writeUTF(part.target().toString());
                out.writeLong(part.length());
            }
            return bytes.toByteArray();
        }

        @Override
        public FileWriterState deserialize(int version, byte[] serialized) throws IOException {
            if (version != 1) {
                throw new IOException(
                        "The state of a file writer has version "
                                + version
                                + ", this build reads 1: start with a newer build.");
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            PartName writer = new PartName(in.readUTF(), in.readInt(), in.readInt(), in.readInt());
            int parallelism = in.readInt();
            long nextNumber = in.readLong();
            int files = in.readInt();
            List<OpenPart> open = new ArrayList<>();
            for (int i = 0; i < files; i++) {
                open.add(
                        new OpenPart(
                                new Path(in.readUTF()), new Path(in.readUTF()), in.readLong()));
            }
            return new FileWriterState(writer, parallelism, nextNumber, open);
        }
    }
}

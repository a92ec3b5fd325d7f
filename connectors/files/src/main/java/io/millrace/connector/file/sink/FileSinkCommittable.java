package io.millrace.connector.file.sink;

import io.millrace.api.fs.Path;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A file that is complete and not to be seen yet.
 *
 * @param inProgress where it is
 * @param target where it is to be
 * @param length in bytes
 * @param recovered whether it comes from a checkpoint, so that it may have been committed before
 */
public record FileSinkCommittable(Path inProgress, Path target, long length, boolean recovered) {

    /**
     * Format, integers big-endian, text as of {@link DataOutputStream#writeUTF}: text in progress,
     * text target, long length.
     */
    static final class Serializer implements SimpleVersionedSerializer<FileSinkCommittable> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(FileSinkCommittable file) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(file.inProgress().toString());
            out.writeUTF(file.target().toString());
            out.writeLong(file.length());
            return bytes.toByteArray();
        }

        @Override
        public FileSinkCommittable deserialize(int version, byte[] serialized) throws IOException {
            if (version != 1) {
                throw new IOException(
                        "A file to be committed has version "
                                + version
                                + ", this build reads 1: start with a newer build.");
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            return new FileSinkCommittable(
                    new Path(in.readUTF()), new Path(in.readUTF()), in.readLong(), true);
        }
    }
}

package io.millrace.connector.file;

import io.millrace.api.fs.FileRange;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes splits of files, and what an enumerator of files keeps.
 *
 * <p>Format, numbers big-endian, texts as a four-byte length and UTF-8, lists as a four-byte count
 * and their elements: a split is path, text | offset, length, length of the file, position, records
 * to skip, 8 each | hosts, a list of texts. An enumerator's state is whether the files were looked
 * for, 1 byte | splits, a list | paths known, a list of texts.
 */
final class FileSplits {
    private static final int VERSION = 1;

    static final SimpleVersionedSerializer<FileSourceSplit> SPLIT = new OfSplit();
    static final SimpleVersionedSerializer<PendingSplitsCheckpoint> PENDING = new OfPending();

    private FileSplits() {}

    private static void write(DataOutputStream out, FileSourceSplit split) throws IOException {
        writeText(out, split.range().path());
        out.writeLong(split.range().offset());
        out.writeLong(split.range().length());
        out.writeLong(split.range().fileLength());
        out.writeLong(split.position());
        out.writeLong(split.recordsToSkip());
        out.writeInt(split.hosts().size());
        for (String host : split.hosts()) {
            writeText(out, host);
        }
    }

    private static FileSourceSplit read(DataInputStream in) throws IOException {
        FileRange range = new FileRange(readText(in), in.readLong(), in.readLong(), in.readLong());
        long position = in.readLong();
        long skip = in.readLong();
        List<String> hosts = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            hosts.add(readText(in));
        }
        return new FileSourceSplit(range, hosts, position, skip);
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static void check(int version) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "State of a file source has version "
                            + version
                            + ", this build reads "
                            + VERSION
                            + ": start with a newer build");
        }
    }

    private static final class OfSplit implements SimpleVersionedSerializer<FileSourceSplit> {
        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(FileSourceSplit split) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            write(new DataOutputStream(bytes), split);
            return bytes.toByteArray();
        }

        @Override
        public FileSourceSplit deserialize(int version, byte[] serialized) throws IOException {
            check(version);
            return read(new DataInputStream(new ByteArrayInputStream(serialized)));
        }
    }

    private static final class OfPending
            implements SimpleVersionedSerializer<PendingSplitsCheckpoint> {
        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(PendingSplitsCheckpoint pending) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeBoolean(pending.lookedFor());
            out.writeInt(pending.splits().size());
            for (FileSourceSplit split : pending.splits()) {
                write(out, split);
            }
            out.writeInt(pending.known().size());
            for (String path : pending.known()) {
                writeText(out, path);
            }
            return bytes.toByteArray();
        }

        @Override
        public PendingSplitsCheckpoint deserialize(int version, byte[] serialized)
                throws IOException {
            check(version);
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            boolean lookedFor = in.readBoolean();
            List<FileSourceSplit> splits = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                splits.add(read(in));
            }
            Set<String> known = new TreeSet<>();
            for (int i = in.readInt(); i > 0; i--) {
                known.add(readText(in));
            }
            return new PendingSplitsCheckpoint(lookedFor, splits, known);
        }
    }
}

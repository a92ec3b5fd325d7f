package io.millrace.runtime.coordinate;

import static io.millrace.runtime.serializer.LengthPrefixed.readBytes;
import static io.millrace.runtime.serializer.LengthPrefixed.readList;
import static io.millrace.runtime.serializer.LengthPrefixed.writeBytes;
import static io.millrace.runtime.serializer.LengthPrefixed.writeList;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes and reads what coordinators and readers tell each other.
 *
 * <p>Format: a byte for the kind, then the parts of the message in their order: numbers big-endian,
 * bytes as a four-byte length and themselves, lists as a four-byte count and their elements. Both
 * ends run the same build.
 *
 * <p>Threads: stateless.
 */
public final class SourceMessages {
    private static final int ADD_SPLITS = 1;
    private static final int NO_MORE_SPLITS = 2;
    private static final int EVENT = 3;
    private static final int HEARD = 4;
    private static final int REGISTER = 5;
    private static final int REQUEST_SPLIT = 6;
    private static final int ALIGN_TO = 7;
    private static final int REPORT_WATERMARK = 8;

    private SourceMessages() {}

    public static byte[] write(ToReader message) {
        return written(
                out -> {
                    if (message instanceof ToReader.AddSplits add) {
                        out.writeByte(ADD_SPLITS);
                        out.writeLong(add.sequence());
                        out.writeLong(add.answers());
                        out.writeInt(add.version());
                        writeList(out, add.splits());
                    } else if (message instanceof ToReader.NoMoreSplits end) {
                        out.writeByte(NO_MORE_SPLITS);
                        out.writeLong(end.sequence());
                    } else if (message instanceof ToReader.Event event) {
                        out.writeByte(EVENT);
                        out.writeLong(event.sequence());
                        writeBytes(out, event.event());
                    } else if (message instanceof ToReader.Heard heard) {
                        out.writeByte(HEARD);
                        out.writeLong(heard.upTo());
                    } else if (message instanceof ToReader.AlignTo align) {
                        out.writeByte(ALIGN_TO);
                        out.writeLong(align.maxWatermarkMillis());
                    }
                });
    }

    public static ToReader readToReader(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int kind = in.readByte();
        return switch (kind) {
            case ADD_SPLITS ->
                    new ToReader.AddSplits(
                            in.readLong(), in.readLong(), in.readInt(), readList(in));
            case NO_MORE_SPLITS -> new ToReader.NoMoreSplits(in.readLong());
            case EVENT -> new ToReader.Event(in.readLong(), readBytes(in));
            case HEARD -> new ToReader.Heard(in.readLong());
            case ALIGN_TO -> new ToReader.AlignTo(in.readLong());
            default -> throw new IOException("a message of kind " + kind + " for a reader");
        };
    }

    public static byte[] write(ToCoordinator message) {
        return written(
                out -> {
                    if (message instanceof ToCoordinator.Register register) {
                        out.writeByte(REGISTER);
                        out.writeInt(register.link());
                        out.writeLong(register.received());
                        out.writeLong(register.request());
                        out.writeInt(register.events().size());
                        for (ToCoordinator.Event event : register.events()) {
                            out.writeLong(event.sequence());
                            writeBytes(out, event.event());
                        }
                    } else if (message instanceof ToCoordinator.RequestSplit request) {
                        out.writeByte(REQUEST_SPLIT);
                        out.writeLong(request.sequence());
                        out.writeLong(request.received());
                    } else if (message instanceof ToCoordinator.Event event) {
                        out.writeByte(EVENT);
                        out.writeLong(event.sequence());
                        writeBytes(out, event.event());
                    } else if (message instanceof ToCoordinator.ReportWatermark report) {
                        out.writeByte(REPORT_WATERMARK);
                        out.writeLong(report.watermarkMillis());
                    }
                });
    }

    public static ToCoordinator readToCoordinator(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int kind = in.readByte();
        return switch (kind) {
            case REGISTER ->
                    new ToCoordinator.Register(
                            in.readInt(), in.readLong(), in.readLong(), readEvents(in));
            case REQUEST_SPLIT -> new ToCoordinator.RequestSplit(in.readLong(), in.readLong());
            case EVENT -> new ToCoordinator.Event(in.readLong(), readBytes(in));
            case REPORT_WATERMARK -> new ToCoordinator.ReportWatermark(in.readLong());
            default -> throw new IOException("a message of kind " + kind + " for a coordinator");
        };
    }

    private static List<ToCoordinator.Event> readEvents(DataInputStream in) throws IOException {
        List<ToCoordinator.Event> events = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            events.add(new ToCoordinator.Event(in.readLong(), readBytes(in)));
        }
        return events;
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }
}

package io.millrace.runtime.serializer;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes and texts in the formats of the engine's own files and messages.
 *
 * <p>Format, numbers big-endian:
 *
 * <pre>
 *   bytes   length, 4 | the bytes
 *   text    as bytes, in UTF-8
 *   list    count, 4 | elements, each as bytes
 * </pre>
 *
 * <p>Errors: readers are for input that is whole in memory. A length that is negative or more than
 * is left of it is refused before anything of that size is allocated.
 *
 * <p>Threads: stateless.
 */
public final class LengthPrefixed {
    private LengthPrefixed() {}

    public static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    public static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException(length + " bytes where " + in.available() + " are left");
        }
        return in.readNBytes(length);
    }

    public static void writeText(DataOutput out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    public static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    public static void writeList(DataOutput out, List<byte[]> elements) throws IOException {
        out.writeInt(elements.size());
        for (byte[] element : elements) {
            writeBytes(out, element);
        }
    }

    public static List<byte[]> readList(DataInputStream in) throws IOException {
        List<byte[]> elements = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            elements.add(readBytes(in));
        }
        return elements;
    }
}

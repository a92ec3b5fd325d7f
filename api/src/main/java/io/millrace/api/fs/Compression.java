package io.millrace.api.fs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * What the end of a file's name says about its bytes. Compressed files cannot be entered in the
 * middle: each is one split.
 */
public enum Compression {
    NONE,
    GZIP,
    DEFLATE,
    /** Known by name, but nothing here reads it. */
    UNREADABLE;

    private static final Map<String, Compression> BY_ENDING =
            Map.ofEntries(
                    Map.entry("gz", GZIP),
                    Map.entry("gzip", GZIP),
                    Map.entry("deflate", DEFLATE),
                    Map.entry("bz2", UNREADABLE),
                    Map.entry("lz4", UNREADABLE),
                    Map.entry("lzo", UNREADABLE),
                    Map.entry("snappy", UNREADABLE),
                    Map.entry("xz", UNREADABLE),
                    Map.entry("zip", UNREADABLE),
                    Map.entry("zst", UNREADABLE));

    /** Of a file, by its path. */
    public static Compression of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return name.indexOf('.') < 0
                ? NONE
                : BY_ENDING.getOrDefault(ending.toLowerCase(Locale.ROOT), NONE);
    }

    /** Whether such a file can be entered in the middle. */
    public boolean splittable() {
        return this == NONE;
    }

    /** The text in a stream of the file's bytes from its start. */
    InputStream text(InputStream bytes, String path) throws IOException {
        return switch (this) {
            case NONE -> bytes;
            case GZIP -> new GZIPInputStream(bytes, 64 * 1024);
            case DEFLATE -> new InflaterInputStream(bytes);
            case UNREADABLE -> throw new IOException(refusal(path));
        };
    }

    /** Why a file of {@link #UNREADABLE} cannot be read, and what to do. */
    public static String refusal(String path) {
        return "Input file "
                + path
                + " is compressed in a way that is not read: uncompressed text, .gz, .gzip and"
                + " .deflate are. Unpack it, or repack it with gzip.";
    }
}

package io.millrace.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * Packs files into a tar.gz whose bytes depend on nothing but their names and contents, so that the
 * same files have the same content hash wherever and whenever they are packed.
 *
 * <p>Tar rather than zip, as a node that unpacks it keeps the times of the files in it; a
 * class-data archive is only valid with jars of the times that it was made with.
 */
final class TarFile {
    /**
     * Time of every file in it; long ago, and not so long that tar would warn. The same as in
     * {@code bin/class-data.sh}.
     */
    private static final long ENTRY_MILLIS = 1_577_836_800_000L;

    private TarFile() {}

    /**
     * Writes the archive.
     *
     * @param files by their path in the archive
     */
    static void write(Path archive, SortedMap<String, Path> files) throws IOException {
        GzipParameters parameters = new GzipParameters();
        // Jars are compressed already.
        parameters.setCompressionLevel(Deflater.NO_COMPRESSION);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16);
                GzipCompressorOutputStream gzip = new GzipCompressorOutputStream(out, parameters);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(Files.size(file.getValue()));
                entry.setModTime(ENTRY_MILLIS);
                entry.setMode(0644);
                entry.setIds(0, 0);
                entry.setNames("", "");
                tar.putArchiveEntry(entry);
                Files.copy(file.getValue(), tar);
                tar.closeArchiveEntry();
            }
            tar.finish();
        }
    }
}

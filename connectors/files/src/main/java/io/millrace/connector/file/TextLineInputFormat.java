package io.millrace.connector.file;

import io.millrace.api.fs.Compression;
import io.millrace.api.fs.FileRange;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.LineReader;
import io.millrace.api.fs.Path;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.io.IOException;
import java.nio.charset.Charset;

/**
 * The lines of a text file, without their ends. Files whose names end with {@code .gz}, {@code
 * .gzip} or {@code .deflate} are unpacked, and are read by one reader each.
 */
public class TextLineInputFormat implements StreamFormat<String> {
    private static final long serialVersionUID = 1;

    /** The charset that is used if none is named. */
    public static final String DEFAULT_CHARSET_NAME = "UTF-8";

    private final String charsetName;

    public TextLineInputFormat() {
        this(DEFAULT_CHARSET_NAME);
    }

    /**
     * @param charsetName a charset in which a line feed is the byte 0x0A
     */
    public TextLineInputFormat(String charsetName) {
        this.charsetName = charsetName;
    }

    @Override
    public boolean isSplittable(Path file) {
        return Compression.of(file.getPath()).splittable();
    }

    @Override
    public Reader<String> createReader(FileSystem files, FileRange part, long position)
            throws IOException {
        Charset charset = Charset.forName(charsetName);
        return new Lines(
                position < 0
                        ? new LineReader(files, part, charset)
                        : new LineReader(files, part, charset, position));
    }

    @Override
    public TypeInformation<String> getProducedType() {
        return Types.STRING;
    }

    private static final class Lines implements Reader<String> {
        private final LineReader lines;

        Lines(LineReader lines) {
            this.lines = lines;
        }

        @Override
        public String read() throws IOException {
            return lines.next() ? lines.line() : null;
        }

        @Override
        public long position() {
            return lines.position();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}

package io.millrace.connector.file.sink;

import io.millrace.api.fs.FSDataOutputStream;
import io.millrace.api.serialization.BulkWriter;
import io.millrace.api.serialization.Encoder;
import java.io.IOException;
import java.io.Serializable;

/**
 * How records are written into a file.
 *
 * @param <IN> type of the records
 */
sealed interface PartFormat<IN> extends Serializable {

    /** Begins a file; the stream stays the caller's. */
    Content<IN> begin(FSDataOutputStream out) throws IOException;

    /** What is written into one file. */
    interface Content<IN> {
        void write(IN element) throws IOException;

        /** Writes what the file needs at its end. */
        void end() throws IOException;
    }

    /** One record after the other; the file may end behind any of them. */
    record Rows<IN>(Encoder<IN> encoder) implements PartFormat<IN> {
        @Override
        public Content<IN> begin(FSDataOutputStream out) {
            return new Content<>() {
                @Override
                public void write(IN element) throws IOException {
                    encoder.encode(element, out);
                }

                @Override
                public void end() {}
            };
        }
    }

    /** A file that can be read only when it is complete. */
    record Bulk<IN>(BulkWriter.Factory<IN> factory) implements PartFormat<IN> {
        @Override
        public Content<IN> begin(FSDataOutputStream out) throws IOException {
            BulkWriter<IN> writer = factory.create(out);
            return new Content<>() {
                @Override
                public void write(IN element) throws IOException {
                    writer.addElement(element);
                }

                @Override
                public void end() throws IOException {
                    writer.flush();
                    writer.finish();
                }
            };
        }
    }
}

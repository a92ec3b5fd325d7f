package io.millrace.connector.file.sink;

import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.Serializable;

/**
 * Says into which folder below that of the sink a record goes.
 *
 * <p>Threads: the subtask's.
 *
 * @param <IN> type of the records
 * @param <BucketID> what names a folder; {@code String} for a {@link FileSink}
 */
public interface BucketAssigner<IN, BucketID> extends Serializable {

    /** The folder, with slashes between its parts; empty for that of the sink itself. */
    BucketID getBucketId(IN element, Context context);

    /** For programs that implement it; a {@link FileSink} keeps no folders in its state. */
    default SimpleVersionedSerializer<BucketID> getSerializer() {
        throw new UnsupportedOperationException(
                getClass().getName() + " has no serializer for its buckets");
    }

    /** About the record at hand; valid only during the call. Unit: milliseconds. */
    interface Context {
        long currentProcessingTime();

        /** {@code Long.MIN_VALUE} before the first one. */
        long currentWatermark();

        /** Null if the record has none. */
        Long timestamp();
    }
}

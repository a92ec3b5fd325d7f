package io.millrace.connector.file.sink;

import java.io.IOException;

/**
 * A file that is being written, for a {@link RollingPolicy}. Units: bytes, milliseconds since 1970.
 *
 * @param <BucketID> what names its folder
 */
public interface PartFileInfo<BucketID> {
    BucketID getBucketId();

    long getCreationTime();

    /** Of what was written so far. */
    long getSize() throws IOException;

    /** When the last record was written. */
    long getLastUpdateTime();
}

package io.millrace.runtime.state;

import java.io.IOException;

/** A snapshot of keyed state is not what was written; names the file and the place. */
public final class DamagedSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedSnapshotException(String message) {
        super(message);
    }

    public DamagedSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}

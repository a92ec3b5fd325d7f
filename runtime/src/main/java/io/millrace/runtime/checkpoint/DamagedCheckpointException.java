package io.millrace.runtime.checkpoint;

import java.io.IOException;

/** Something of a checkpoint is missing, or is not what was written; names the file. */
public final class DamagedCheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedCheckpointException(String message) {
        super(message);
    }

    public DamagedCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.millrace.runtime.file;

import java.io.IOException;

/** Nobody on the class path serves the scheme of a path: the user's mistake, or a missing jar. */
public final class UnknownSchemeException extends IOException {
    private static final long serialVersionUID = 1L;

    UnknownSchemeException(String message) {
        super(message);
    }
}

package io.millrace.runtime.network;

import java.io.IOException;

/** The other end broke the rules of the connection; the connection is closed. */
final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
        super(message);
    }
}

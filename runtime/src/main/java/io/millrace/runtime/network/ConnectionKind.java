package io.millrace.runtime.network;

/** What a connection is for; both ends must mean the same, or it is closed. */
public enum ConnectionKind {
    /** A worker's connection to the application master. */
    CONTROL_WORKER(1),
    /** The launcher's or the command line's connection to the application master. */
    CONTROL_CLIENT(2),
    /** Records between two workers. */
    DATA(3),
    /** Records from a worker to the program in the application master. */
    RECORDS(4);

    private final byte code;

    ConnectionKind(int code) {
        this.code = (byte) code;
    }

    /** Stands for it on the wire. */
    byte code() {
        return code;
    }

    /** The kind with this code, or null. */
    static ConnectionKind ofCode(int code) {
        for (ConnectionKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}

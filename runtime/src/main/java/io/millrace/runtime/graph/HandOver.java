package io.millrace.runtime.graph;

/** How a record gets from one operator to the next: as an object or as bytes, and whose it is. */
enum HandOver {
    /** A call within one thread, with the very object. */
    CHAINED("chained, by reference"),
    /** A call within one thread, with a copy that belongs to the receiver. */
    CHAINED_COPY("chained, copied"),
    /** To another subtask: the very object within a worker, bytes between workers. */
    EDGE("by reference within a worker, else serialized"),
    /** To another subtask: a copy within a worker, bytes between workers. */
    EDGE_COPY("copied within a worker, else serialized");

    private final String words;

    HandOver(String words) {
        this.words = words;
    }

    boolean isChained() {
        return this == CHAINED || this == CHAINED_COPY;
    }

    /** For a plan that is shown. */
    String words() {
        return words;
    }
}

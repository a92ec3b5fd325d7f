package io.millrace.runtime.state;

/** What the store asks of its own handles. */
interface StateHandle {
    StateDefinition state();

    /** The bytes of the current namespace; none where there are no namespaces. */
    byte[] namespaceBytes();
}

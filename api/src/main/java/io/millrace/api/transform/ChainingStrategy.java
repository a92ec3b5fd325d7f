package io.millrace.api.transform;

/** Whether an operator may run in one thread with its neighbours. */
public enum ChainingStrategy {
    /** Chained to the operator before it wherever that is possible. */
    ALWAYS,
    /** Begins a new chain; operators after it may join. */
    HEAD,
    /** Runs alone. */
    NEVER
}

package io.millrace.api.state;

/** State that things are added to. */
public interface AppendingState<IN, OUT> extends State {

    /** Null if nothing was added; for a list an empty one. */
    OUT get() throws Exception;

    /** Null is refused. */
    void add(IN value) throws Exception;
}

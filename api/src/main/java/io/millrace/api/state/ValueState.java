package io.millrace.api.state;

import java.io.IOException;

/** One value for each key. */
public interface ValueState<T> extends State {

    /** The descriptor's default, which is null unless it was set, if there is none. */
    T value() throws IOException;

    /** Null clears the state. */
    void update(T value) throws IOException;
}

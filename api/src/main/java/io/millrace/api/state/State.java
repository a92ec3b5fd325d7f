package io.millrace.api.state;

/** State of the key at hand. */
public interface State {
    void clear();
}

package io.millrace.runtime.state;

/** What a {@link StateRegistry} knows of a state, whatever its store keeps it in. */
public interface NamedState {
    /** Its number in the store, from 0 on. */
    int id();

    StateDefinition.Shape shape();

    /** Sets the time to live, which may be another each time that the state is asked for. */
    void setTtl(StateTtl ttl);
}

package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.io.Serializable;

/**
 * Names a state and says of what type it is.
 *
 * <p>Invariant: two states of one operator never share a name.
 *
 * @param <S> the state
 * @param <T> type of what it holds
 */
public abstract class StateDescriptor<S extends State, T> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final TypeInformation<T> type;
    private final T defaultValue;
    private StateTtlConfig ttlConfig = StateTtlConfig.DISABLED;

    /** The kinds of state. */
    public enum Type {
        VALUE,
        LIST,
        REDUCING,
        AGGREGATING,
        MAP
    }

    StateDescriptor(String name, TypeInformation<T> type, T defaultValue) {
        this.name = requireNonNull(name, "name");
        this.type = requireNonNull(type, "type");
        this.defaultValue = defaultValue;
        if (name.isEmpty()) {
            throw new InvalidProgramException(
                    "A state needs a name that is not empty; it is found by it when the job is"
                            + " restored.");
        }
    }

    static <T> TypeInformation<T> typeOf(Class<T> type) {
        return TypeExtractor.forClass(requireNonNull(type, "type"));
    }

    public final String getName() {
        return name;
    }

    public abstract Type getType();

    public final TypeInformation<T> getTypeInformation() {
        return type;
    }

    /** Null unless it was set. */
    public final T getDefaultValue() {
        return defaultValue;
    }

    /** What is not written, or not read, for a time is forgotten. */
    public final void enableTimeToLive(StateTtlConfig config) {
        requireNonNull(config, "config");
        if (config.isEnabled() && defaultValue != null) {
            throw new InvalidProgramException(
                    "State '"
                            + name
                            + "' cannot have both a default value and a time to live: nobody could"
                            + " tell an expired value from one that was never there. Leave the"
                            + " default out and treat null as it.");
        }
        this.ttlConfig = config;
    }

    public final StateTtlConfig getTtlConfig() {
        return ttlConfig;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof StateDescriptor<?, ?> that
                && that.getClass() == getClass()
                && that.name.equals(name);
    }

    @Override
    public final int hashCode() {
        return name.hashCode();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "{name=" + name + ", type=" + type + "}";
    }
}

package io.millrace.api.state;

import io.millrace.api.type.TypeInformation;

/** Describes a {@link ValueState}. */
public class ValueStateDescriptor<T> extends StateDescriptor<ValueState<T>, T> {
    private static final long serialVersionUID = 1L;

    public ValueStateDescriptor(String name, Class<T> type) {
        this(name, typeOf(type), null);
    }

    public ValueStateDescriptor(String name, TypeInformation<T> type) {
        this(name, type, null);
    }

    /**
     * @param defaultValue what the state says of a key without a value; must not be changed
     */
    public ValueStateDescriptor(String name, Class<T> type, T defaultValue) {
        this(name, typeOf(type), defaultValue);
    }

    public ValueStateDescriptor(String name, TypeInformation<T> type, T defaultValue) {
        super(name, type, defaultValue);
    }

    @Override
    public Type getType() {
        return Type.VALUE;
    }
}

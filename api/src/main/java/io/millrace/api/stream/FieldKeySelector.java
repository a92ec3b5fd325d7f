package io.millrace.api.stream;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.KeySelector;
import io.millrace.api.tuple.Tuple;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * The key made of fields of a record; a tuple also when it is one field, because that is the type
 * that programs see.
 */
public final class FieldKeySelector<T> implements KeySelector<T, Tuple> {
    private static final long serialVersionUID = 1L;

    private final List<FieldAccessor<T, ?>> fields;

    /** {@code (Object)Object}, from record to key; made where the selector has arrived. */
    private transient MethodHandle maker;

    /**
     * @param fields 1 to {@link Tuple#MAX_ARITY}
     */
    FieldKeySelector(List<FieldAccessor<T, ?>> fields) {
        this.fields = List.copyOf(fields);
        if (fields.isEmpty() || fields.size() > Tuple.MAX_ARITY) {
            throw new InvalidProgramException(
                    "keyBy was given "
                            + fields.size()
                            + " fields, but a key has 1 to "
                            + Tuple.MAX_ARITY
                            + ". Use a KeySelector for other keys.");
        }
    }

    static <T> FieldKeySelector<T> at(TypeInformation<T> type, int[] positions) {
        List<FieldAccessor<T, ?>> fields = new ArrayList<>();
        for (int position : positions) {
            fields.add(FieldAccessors.at(type, position));
        }
        return new FieldKeySelector<>(fields);
    }

    static <T> FieldKeySelector<T> named(TypeInformation<T> type, String[] names) {
        List<FieldAccessor<T, ?>> fields = new ArrayList<>();
        for (String name : names) {
            fields.add(FieldAccessors.named(type, name));
        }
        return new FieldKeySelector<>(fields);
    }

    TypeInformation<Tuple> keyType() {
        return Types.TUPLE(
                fields.stream().map(FieldAccessor::fieldType).toArray(TypeInformation<?>[]::new));
    }

    @Override
    public Tuple getKey(T value) {
        MethodHandle ready = maker;
        if (ready == null) {
            ready = maker();
            maker = ready;
        }
        try {
            return (Tuple) (Object) ready.invokeExact((Object) value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("The key of " + value + " cannot be read", t);
        }
    }

    /** The tuple's constructor, with each argument read from the record. */
    private MethodHandle maker() {
        MethodHandle[] getters = new MethodHandle[fields.size()];
        for (int i = 0; i < getters.length; i++) {
            getters[i] = getter(fields.get(i));
        }
        try {
            MethodHandle constructor =
                    MethodHandles.publicLookup()
                            .findConstructor(
                                    Tuple.getTupleClass(getters.length),
                                    MethodType.genericMethodType(getters.length)
                                            .changeReturnType(void.class));
            return MethodHandles.permuteArguments(
                    MethodHandles.filterArguments(
                            constructor.asType(constructor.type().generic()), 0, getters),
                    MethodType.genericMethodType(1),
                    new int[getters.length]);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Tuple" + getters.length + " has no usable constructor", e);
        }
    }

    private static MethodHandle getter(FieldAccessor<?, ?> field) {
        MethodHandle getter = field.getter();
        if (getter == null) {
            try {
                getter =
                        MethodHandles.lookup()
                                .findVirtual(
                                        FieldAccessor.class, "get", MethodType.genericMethodType(1))
                                .bindTo(field);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return getter.asType(MethodType.genericMethodType(1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldKeySelector<?> selector && selector.fields.equals(fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return "key of " + fields.stream().map(FieldAccessor::expression).toList();
    }
}

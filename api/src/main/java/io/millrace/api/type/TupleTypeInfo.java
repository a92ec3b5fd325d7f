package io.millrace.api.type;

import java.util.ArrayList;
import java.util.List;

/** A tuple of 0 to 25 fields {@code f0, f1, ...}, or a class that extends one and adds no field. */
public final class TupleTypeInfo<T> extends CompositeType<T> {
    private static final long serialVersionUID = 1L;

    /** The most fields a tuple can have. */
    public static final int MAX_ARITY = 25;

    private static final String CLASS_PREFIX = "io.millrace.api.tuple.Tuple";

    TupleTypeInfo(Class<T> type, List<TypeInformation<?>> types) {
        super(type, named(types));
    }

    /** The tuple of the given fields. */
    @SuppressWarnings("unchecked")
    public static <T> TupleTypeInfo<T> of(TypeInformation<?>... types) {
        return new TupleTypeInfo<>((Class<T>) classOf(types.length), List.of(types));
    }

    private static List<TypeField> named(List<TypeInformation<?>> types) {
        List<TypeField> fields = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            fields.add(new TypeField("f" + i, types.get(i)));
        }
        return fields;
    }

    /** The class of the tuples with so many fields. */
    public static Class<?> classOf(int arity) {
        if (arity < 0 || arity > MAX_ARITY) {
            throw new IllegalArgumentException(
                    "A tuple has 0 to " + MAX_ARITY + " fields, not " + arity + ": use a record");
        }
        try {
            return Class.forName(CLASS_PREFIX + arity, false, TupleTypeInfo.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Tuple" + arity + " is missing", e);
        }
    }

    /** The number of fields if this is one of the tuple classes themselves, else -1. */
    public static int arityOf(Class<?> type) {
        String name = type.getName();
        if (!name.startsWith(CLASS_PREFIX)
                || name.length() == CLASS_PREFIX.length()
                || type.getClassLoader() != TupleTypeInfo.class.getClassLoader()) {
            return -1;
        }
        int arity = 0;
        for (int i = CLASS_PREFIX.length(); i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            arity = 10 * arity + digit;
        }
        return arity;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        return fieldRefusal();
    }

    @Override
    public String toString() {
        return arityOf(getTypeClass()) > 0 ? withTypeArguments() : getTypeClass().getSimpleName();
    }
}

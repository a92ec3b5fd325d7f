package io.millrace.api.tuple;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A fixed number of typed fields that have numbers instead of names; the field's number begins at 0
 * and it is public in the subclasses, as {@code f0}, {@code f1} and so on.
 *
 * <p>Equality, hash code and text are those of the fields in their order; two tuples of different
 * arity are never equal.
 *
 * <p>Errors: a position outside the tuple is an {@link IndexOutOfBoundsException}.
 */
public abstract class Tuple implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The largest number of fields. */
    public static final int MAX_ARITY = 25;

    private static final List<Class<? extends Tuple>> CLASSES =
            List.of(
                    Tuple0.class,
                    Tuple1.class,
                    Tuple2.class,
                    Tuple3.class,
                    Tuple4.class,
                    Tuple5.class,
                    Tuple6.class,
                    Tuple7.class,
                    Tuple8.class,
                    Tuple9.class,
                    Tuple10.class,
                    Tuple11.class,
                    Tuple12.class,
                    Tuple13.class,
                    Tuple14.class,
                    Tuple15.class,
                    Tuple16.class,
                    Tuple17.class,
                    Tuple18.class,
                    Tuple19.class,
                    Tuple20.class,
                    Tuple21.class,
                    Tuple22.class,
                    Tuple23.class,
                    Tuple24.class,
                    Tuple25.class);

    /** The class for a number of fields, 0 to {@link #MAX_ARITY}. */
    public static Class<? extends Tuple> getTupleClass(int arity) {
        if (arity < 0 || arity > MAX_ARITY) {
            throw new IllegalArgumentException(
                    "A tuple has 0 to " + MAX_ARITY + " fields, not " + arity + ".");
        }
        return CLASSES.get(arity);
    }

    /** A tuple whose fields are null. */
    public static Tuple newInstance(int arity) {
        if (arity == 0) {
            return Tuple0.INSTANCE;
        }
        try {
            return getTupleClass(arity).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Tuple" + arity + " has no usable constructor", e);
        }
    }

    public abstract int getArity();

    public abstract <T> T getField(int position);

    /** As {@link #getField}, but a field that is null is refused. */
    public <T> T getFieldNotNull(int position) {
        T value = getField(position);
        if (value == null) {
            throw new NullPointerException(
                    "Field f" + position + " of a " + getClass().getSimpleName() + " is null.");
        }
        return value;
    }

    /** Replaces a field; the value must be of the field's type, which is not checked here. */
    public abstract <T> void setField(T value, int position);

    /** A new tuple with the same fields; the values themselves are shared. */
    public abstract <T extends Tuple> T copy();

    /** The fields in parentheses, e.g. {@code (to,1)}; of arrays, what is in them. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < getArity(); i++) {
            if (i > 0) {
                text.append(',');
            }
            Object field = getField(i);
            text.append(
                    field != null && field.getClass().isArray()
                            ? arrayText(field)
                            : String.valueOf(field));
        }
        return text.append(')').toString();
    }

    private static String arrayText(Object array) {
        String wrapped = Arrays.deepToString(new Object[] {array});
        return wrapped.substring(1, wrapped.length() - 1);
    }

    final IndexOutOfBoundsException noField(int position) {
        return new IndexOutOfBoundsException(
                "Field f"
                        + position
                        + " was asked of a tuple whose fields are "
                        + (getArity() == 0 ? "none" : "f0 to f" + (getArity() - 1))
                        + ".");
    }
}

package io.millrace.api.tuple;

/** A tuple without fields; all are equal. */
public class Tuple0 extends Tuple {
    private static final long serialVersionUID = 1L;

    public static final Tuple0 INSTANCE = new Tuple0();

    @Override
    public int getArity() {
        return 0;
    }

    @Override
    public <T> T getField(int position) {
        throw noField(position);
    }

    @Override
    public <T> void setField(T value, int position) {
        throw noField(position);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Tuple0 copy() {
        return new Tuple0();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple0;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    private Object readResolve() {
        return INSTANCE;
    }
}

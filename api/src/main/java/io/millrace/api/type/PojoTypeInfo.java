package io.millrace.api.type;

import java.util.List;

/**
 * A public class with a public constructor without arguments, each of whose fields is public or has
 * a getter and a setter; or one that is not public, with a constructor without arguments. No field
 * is final. Its fields are in the order of their names, those it inherits among them. A value may
 * be of a subclass.
 */
public final class PojoTypeInfo<T> extends CompositeType<T> {
    private static final long serialVersionUID = 1L;

    PojoTypeInfo(Class<T> type, List<TypeField> fields) {
        super(type, fields);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        String refusal = KeyRules.equalityRefusal(getTypeClass());
        return refusal == null ? fieldRefusal() : refusal;
    }

    @Override
    public String toString() {
        return getTypeClass().getSimpleName();
    }
}

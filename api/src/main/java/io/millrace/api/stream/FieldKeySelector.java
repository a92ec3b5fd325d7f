package io.millrace.api.stream;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.KeySelector;
import io.millrace.api.tuple.Tuple;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.FieldAccessors;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * The key made of fields of a record; a tuple also when it is one field, because that is the type
 * that programs see.
 *
 * @param fields 1 to {@link Tuple#MAX_ARITY}
 */
public record FieldKeySelector<T>(List<FieldAccessor<T, ?>> fields)
        implements KeySelector<T, Tuple> {
    public FieldKeySelector {
        fields = List.copyOf(fields);
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
        Tuple key = Tuple.newInstance(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            key.setField(fields.get(i).get(value), i);
        }
        return key;
    }
}

package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/** One part of a composite type: a field of a tuple or POJO, a component of a record. */
public record TypeField(String name, TypeInformation<?> type) implements Serializable {
    public TypeField {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
    }
}

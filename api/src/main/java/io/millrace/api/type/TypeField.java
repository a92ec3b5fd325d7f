package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/** One part of a composite type: a field of a tuple or POJO, a component of a record. */
public record TypeField(String name, TypeInformation<?> type) implements Serializable {
    public TypeField {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
    }

    // Written out: what makes those of a record takes milliseconds of each process's start.
    @Override
    public boolean equals(Object other) {
        return other instanceof TypeField that && name.equals(that.name) && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + type.hashCode();
    }
}

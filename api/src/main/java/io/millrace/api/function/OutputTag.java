package io.millrace.api.function;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.io.Serializable;
import java.lang.reflect.ParameterizedType;

/**
 * Names a side output of an operator and the type of its records: {@code new
 * OutputTag<String>("late") {}}.
 *
 * @param <T> type of the records
 */
public class OutputTag<T> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String id;
    private final TypeInformation<T> typeInfo;

    /**
     * For anonymous subclasses, which keep their type.
     *
     * @param id unique among the side outputs of the operator, not empty
     */
    @SuppressWarnings("unchecked")
    public OutputTag(String id) {
        this.id = checked(id);
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parent)
                || parent.getRawType() != OutputTag.class) {
            throw new InvalidProgramException(
                    "OutputTag '"
                            + id
                            + "' names no type: write new OutputTag<String>(\""
                            + id
                            + "\") {} with braces behind it, or give the type as the second"
                            + " argument.");
        }
        this.typeInfo =
                (TypeInformation<T>) TypeExtractor.forType(parent.getActualTypeArguments()[0]);
    }

    public OutputTag(String id, TypeInformation<T> typeInfo) {
        this.id = checked(id);
        this.typeInfo = requireNonNull(typeInfo, "typeInfo");
    }

    private static String checked(String id) {
        if (id == null || id.isEmpty()) {
            throw new InvalidProgramException("An OutputTag needs a name that is not empty.");
        }
        return id;
    }

    public String getId() {
        return id;
    }

    public TypeInformation<T> getTypeInfo() {
        return typeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OutputTag<?> that && that.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "OutputTag(" + typeInfo + ", " + id + ")";
    }
}

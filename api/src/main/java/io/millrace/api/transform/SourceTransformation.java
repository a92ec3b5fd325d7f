package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.List;

/** Where records come from. */
public final class SourceTransformation<T> extends Transformation<T> {
    private final SourceSpec<T> spec;

    public SourceTransformation(
            int id, String name, TypeInformation<T> outputType, SourceSpec<T> spec) {
        super(id, name, outputType);
        this.spec = requireNonNull(spec, "spec");
    }

    public SourceSpec<T> spec() {
        return spec;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of();
    }
}

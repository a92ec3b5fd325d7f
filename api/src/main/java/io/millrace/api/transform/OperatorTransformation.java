package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.List;

/** An operator with one input. */
public final class OperatorTransformation<I, O> extends Transformation<O> {
    private final Transformation<I> input;
    private final OperatorSpec<I, O> spec;

    public OperatorTransformation(
            int id,
            String name,
            Transformation<I> input,
            TypeInformation<O> outputType,
            OperatorSpec<I, O> spec) {
        super(id, name, outputType);
        this.input = requireNonNull(input, "input");
        this.spec = requireNonNull(spec, "spec");
    }

    public Transformation<I> input() {
        return input;
    }

    public OperatorSpec<I, O> spec() {
        return spec;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(input);
    }
}

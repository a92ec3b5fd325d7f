package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Where records leave the job. Its output type is that of its input. */
public final class SinkTransformation<T> extends Transformation<T> {
    private final Transformation<T> input;
    private final SinkSpec<T> spec;

    public SinkTransformation(int id, String name, Transformation<T> input, SinkSpec<T> spec) {
        super(id, name, input.outputType());
        this.input = requireNonNull(input, "input");
        this.spec = requireNonNull(spec, "spec");
    }

    public Transformation<T> input() {
        return input;
    }

    public SinkSpec<T> spec() {
        return spec;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(input);
    }
}

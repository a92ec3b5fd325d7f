package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.List;

/** An operator with one input. */
public final class OperatorTransformation<I, O> extends Transformation<O> {
    private final Transformation<I> input;
    private final OperatorSpec<I, O> spec;
    private final Partitioning.Hash<I, ?> key;

    /**
     * @param key whose state and timers a record sees, or null if its stream has no keys
     */
    public OperatorTransformation(
            int id,
            String name,
            Transformation<I> input,
            TypeInformation<O> outputType,
            OperatorSpec<I, O> spec,
            Partitioning.Hash<I, ?> key) {
        super(id, name, outputType);
        this.input = requireNonNull(input, "input");
        this.spec = requireNonNull(spec, "spec");
        this.key = key;
    }

    public Transformation<I> input() {
        return input;
    }

    public OperatorSpec<I, O> spec() {
        return spec;
    }

    /** Null if the stream has no keys. */
    public Partitioning.Hash<I, ?> key() {
        return key;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(input);
    }
}

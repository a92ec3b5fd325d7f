package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Says how records travel from the input to whatever reads this node; has no operator of its own.
 */
public final class PartitionTransformation<T> extends Transformation<T> {
    private final Transformation<T> input;
    private final Partitioning<T> partitioning;

    public PartitionTransformation(int id, Transformation<T> input, Partitioning<T> partitioning) {
        super(id, partitioning.word(), input.outputType());
        this.input = requireNonNull(input, "input");
        this.partitioning = partitioning;
    }

    public Transformation<T> input() {
        return input;
    }

    public Partitioning<T> partitioning() {
        return partitioning;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(input);
    }
}

package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.type.TypeInformation;
import java.util.List;

/** An operator with two inputs. */
public final class TwoInputTransformation<I1, I2, O> extends Transformation<O> {
    private final Transformation<I1> first;
    private final Transformation<I2> second;
    private final TwoInputSpec<I1, I2, O> spec;
    private final Partitioning.Hash<I1, ?> firstKey;
    private final Partitioning.Hash<I2, ?> secondKey;

    /**
     * @param firstKey whose state a record of the first input sees, or null if the operator has no
     *     state for keys
     * @param secondKey likewise of the second input; null too where it is a broadcast
     */
    public TwoInputTransformation(
            int id,
            String name,
            Transformation<I1> first,
            Transformation<I2> second,
            TypeInformation<O> outputType,
            TwoInputSpec<I1, I2, O> spec,
            Partitioning.Hash<I1, ?> firstKey,
            Partitioning.Hash<I2, ?> secondKey) {
        super(id, name, outputType);
        this.first = requireNonNull(first, "first");
        this.second = requireNonNull(second, "second");
        this.spec = requireNonNull(spec, "spec");
        this.firstKey = firstKey;
        this.secondKey = secondKey;
    }

    public Transformation<I1> first() {
        return first;
    }

    public Transformation<I2> second() {
        return second;
    }

    public TwoInputSpec<I1, I2, O> spec() {
        return spec;
    }

    /** Null if the operator has no state for keys. */
    public Partitioning.Hash<I1, ?> firstKey() {
        return firstKey;
    }

    /** Null if the records of the second input have no key. */
    public Partitioning.Hash<I2, ?> secondKey() {
        return secondKey;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(first, second);
    }
}

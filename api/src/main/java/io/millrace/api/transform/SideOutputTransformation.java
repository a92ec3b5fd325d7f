package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.OutputTag;
import java.util.List;

/** The records that an operator emits into a side output; has no operator of its own. */
public final class SideOutputTransformation<T> extends Transformation<T> {
    private final Transformation<?> input;
    private final OutputTag<T> tag;

    /**
     * @param input an operator
     */
    public SideOutputTransformation(int id, Transformation<?> input, OutputTag<T> tag) {
        super(id, "Side output " + tag.getId(), tag.getTypeInfo());
        this.input = requireNonNull(input, "input");
        this.tag = tag;
    }

    public OutputTag<T> tag() {
        return tag;
    }

    @Override
    public List<Transformation<?>> inputs() {
        return List.of(input);
    }
}

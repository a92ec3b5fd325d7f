package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import java.util.Map;

/**
 * The side outputs of one operator, as far as the program reads them; what is emitted into others
 * is dropped.
 *
 * <p>Threads: owned by the subtask.
 */
final class SideOutputs {
    private final Map<String, Output> byTag;
    private OutputTag<?> lastTag;
    private Output lastOutput;

    SideOutputs(Map<String, Output> byTag) {
        this.byTag = Map.copyOf(byTag);
    }

    void emit(OutputTag<?> tag, Object value, long timestampMillis) {
        Output output = tag == lastTag ? lastOutput : find(tag);
        if (output != null) {
            output.process(value, timestampMillis);
        }
    }

    /** Whether anybody reads what is emitted with the tag. */
    boolean isRead(OutputTag<?> tag) {
        return byTag.containsKey(tag.getId());
    }

    private Output find(OutputTag<?> tag) {
        if (tag == null) {
            throw new IllegalArgumentException("A side output needs a tag, but it was given null");
        }
        lastOutput = byTag.get(tag.getId());
        lastTag = tag;
        return lastOutput;
    }
}

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.StatePart.Kind;
import java.io.IOException;
import java.util.List;

/**
 * A list, already as bytes.
 *
 * @param kind any but {@link Kind#KEYED}
 * @param type what the elements were written as
 */
public record ListPart(Kind kind, String name, String type, List<byte[]> elements)
        implements SnapshotPart {
    public ListPart {
        elements = List.copyOf(elements);
    }

    @Override
    public void write(PartWriter out) throws IOException {
        out.list(kind, name, type, elements);
    }
}

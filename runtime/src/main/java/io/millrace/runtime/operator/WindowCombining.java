package io.millrace.runtime.operator;

import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.WindowAggregate;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.exchange.Panes;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.WindowShape;

/**
 * How the records of windows can be combined before they are sent to them: of windows that are cut
 * into panes, whose contents can be merged, and of which nobody can see whether that was done. So
 * there is no side output for late records, and no window fires a second time for them.
 */
public final class WindowCombining implements Panes {
    private final PaneGrid grid;
    private final PaneValues values;
    private final TypeInformation<?> contentsType;

    private WindowCombining(PaneGrid grid, PaneValues values, TypeInformation<?> contentsType) {
        this.grid = grid;
        this.values = values;
        this.contentsType = contentsType;
    }

    /**
     * Decided on both ends of an edge, by the same facts.
     *
     * @param reader what reads the edge; may be null
     * @param elementType of the records
     * @param place of the edge in the plan
     * @return null if the reader's records are not combined
     */
    public static WindowCombining of(
            OperatorSpec<?, ?> reader,
            TypeInformation<?> elementType,
            TypeInformation<?> keyType,
            JobClasses classes,
            Object place) {
        if (!(reader instanceof WindowAggregate<?, ?, ?, ?, ?> windows)
                || !WindowShape.hidesCombining(windows)
                || !ChainBuilder.hasOneObjectAKey(keyType)) {
            return null;
        }
        WindowAssembly assembly =
                new WindowAssembly(
                        windows, elementType, null, null, null, null, null, null, classes, place);
        PaneGrid grid = assembly.paneGrid();
        PaneValues values = grid == null ? null : assembly.mergeableValues();
        return values == null ? null : new WindowCombining(grid, values, assembly.contentsType());
    }

    @Override
    public long pane(long timestampMillis) {
        return grid.pane(timestampMillis);
    }

    @Override
    public Object add(Object contents, Object value) throws Exception {
        return values.add(contents, value);
    }

    public TypeInformation<?> contentsType() {
        return contentsType;
    }
}

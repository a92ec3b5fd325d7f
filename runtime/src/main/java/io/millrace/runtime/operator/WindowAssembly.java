package io.millrace.runtime.operator;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Function;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.metric.Counter;
import io.millrace.api.transform.OperatorSpec.WindowAggregate;
import io.millrace.api.transform.WindowContents;
import io.millrace.api.transform.WindowResult;
import io.millrace.api.transform.WindowSpec;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.MergingWindowAssigner;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.EngineStates;
import io.millrace.runtime.graph.WindowShape;
import io.millrace.runtime.state.CalendarState;
import io.millrace.runtime.state.DerivedArray;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.StateTtl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the parts of a window operator together as its spec says.
 *
 * <p>Names of its states: {@code window-contents} (key, window: elements, combination or
 * accumulator), {@code window-set} (key: open windows that may merge), {@code trigger/...} and
 * {@code window/...} (key, window), the function's own (key).
 */
@SuppressWarnings("unchecked") // the spec's records were made of one stream, type by type
final class WindowAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(WindowAssembly.class);

    private static final String CONTENTS = EngineStates.WINDOW_CONTENTS;

    /** Elements of an array beside the store. */
    private static final int MAX_DERIVED = 4096;

    private final WindowAggregate<?, ?, ?, ?, ?> spec;
    private final WindowSpec<?, ?> windows;
    private final TypeInformation<Object> elementType;
    private final KeyedStateStore store;
    private final ProcessingTime time;
    private final KeyedWatermark watermark;
    private final FunctionStates globalStates;
    private final SideOutputs sides;
    private final Counter lateDropped;
    private final JobClasses classes;
    private final Object place;

    /**
     * @param elementType of the records that come in
     * @param globalStates of the key, as the function's runtime context gives them
     * @param lateDropped counts records that come too late for all of their windows
     */
    WindowAssembly(
            WindowAggregate<?, ?, ?, ?, ?> spec,
            TypeInformation<?> elementType,
            KeyedStateStore store,
            ProcessingTime time,
            KeyedWatermark watermark,
            FunctionStates globalStates,
            SideOutputs sides,
            Counter lateDropped,
            JobClasses classes,
            Object place) {
        this.spec = spec;
        this.windows = spec.windows();
        this.elementType = (TypeInformation<Object>) elementType;
        this.store = store;
        this.time = time;
        this.watermark = watermark;
        this.globalStates = globalStates;
        this.sides = sides;
        this.lateDropped = lateDropped;
        this.classes = classes;
        this.place = place;
    }

    /** The function that is called with the contents; null if there is none. */
    static Function functionOf(WindowResult<?, ?, ?, ?> result) {
        if (result instanceof WindowResult.Applied<?, ?, ?, ?> applied) {
            return applied.function();
        }
        if (result instanceof WindowResult.AllApplied<?, ?, ?, ?> applied) {
            return applied.function();
        }
        if (result instanceof WindowResult.Processed<?, ?, ?, ?> processed) {
            return processed.function();
        }
        return result instanceof WindowResult.AllProcessed<?, ?, ?, ?> processed
                ? processed.function()
                : null;
    }

    WindowParts parts() {
        WindowAssigner<Object, Window> assigner =
                (WindowAssigner<Object, Window>) windows.assigner();
        WindowCodec codec = WindowCodec.of(assigner.getWindowType());
        Namespace<?> namespaces = Namespace.of(codec.type());
        KeyedTimers timers = new KeyedTimers(store, namespaces, time, watermark);
        WindowTriggerContext context =
                new WindowTriggerContext(timers, new FunctionStates(store, namespaces, "trigger/"));
        WindowBuffer buffer =
                windows.evictor() == null ? buffer(namespaces) : timestamped(namespaces);
        boolean merging = assigner instanceof MergingWindowAssigner;
        return new WindowParts(
                store,
                timers,
                assigner,
                new WindowTime(time),
                (Trigger<Object, Window>) windows.trigger(),
                context,
                codec,
                buffer,
                windows.evictor() == null ? null : eviction(buffer, context),
                merging ? merging((MergingWindowAssigner<?, ?>) assigner, codec) : null,
                call(
                        new WindowScope(
                                codec,
                                timers,
                                merging ? null : new FunctionStates(store, namespaces, "window/"),
                                globalStates,
                                sides)),
                sides,
                windows.allowedLatenessMillis(),
                windows.lateTag(),
                lateDropped);
    }

    /**
     * The windows' panes; null if the windows cannot be cut into panes, as their assigner, trigger
     * or function is not known, or their accumulators cannot be merged.
     */
    PaneParts panes() {
        PaneGrid grid = paneGrid();
        PaneValues values = values();
        long latenessMillis = windows.allowedLatenessMillis();
        if (grid == null || values == null) {
            return null;
        }
        boolean overlapping = grid.slideMillis() < grid.sizeMillis();
        if (overlapping && !canMerge()) {
            return null;
        }
        TypeInformation<Object> type = accumulatorType();
        PanesOfKey panes =
                new PanesOfKey(
                        grid,
                        values,
                        store.value(
                                EngineStates.WINDOW_PANES, Namespace.panes(), type, StateTtl.NONE));
        KeyedStateStore.PaneDrop wholePanes = store.paneDrop(panes.panes());
        OrderedState drops = store.ordered("window-drops", Namespace.panes());
        PaneTotals totals = overlapping ? totals(panes, type) : null;
        KeyedTimers timers = new KeyedTimers(store, Namespace.none(), time, watermark);
        WindowCodec codec = WindowCodec.of(windows.assigner().getWindowType());
        CalendarState ends = store.calendar("window-ends");
        ends.readAhead(
                new PaneReads(panes, totals instanceof DerivedPaneTotals derived ? derived : null));
        return new PaneParts(
                store,
                timers,
                panes,
                ends,
                totals,
                wholePanes,
                wholePanes == null ? drops : null,
                new FormerPanes(
                        store,
                        timers,
                        panes,
                        wholePanes != null,
                        drops,
                        latenessMillis,
                        totals instanceof DerivedPaneTotals ? stored(panes, type) : null),
                call(
                        new WindowScope(
                                codec,
                                timers,
                                new FunctionStates(store, Namespace.of(codec.type()), "window/"),
                                globalStates,
                                sides)),
                sides,
                latenessMillis,
                windows.lateTag(),
                lateDropped);
    }

    private PaneTotals totals(PanesOfKey panes, TypeInformation<Object> type) {
        long length = DerivedPaneTotals.length(panes.grid());
        DerivedArray<Object> derived =
                length > MAX_DERIVED ? null : store.derived("window-totals", type, (int) length);
        return derived != null ? new DerivedPaneTotals(panes, derived) : stored(panes, type);
    }

    private StoredPaneTotals stored(PanesOfKey panes, TypeInformation<Object> type) {
        return new StoredPaneTotals(
                panes,
                store.value("window-suffixes", Namespace.panes(), type, StateTtl.NONE),
                store.value("window-newer", Namespace.none(), type, StateTtl.NONE),
                store.longValue("window-boundary", Namespace.none(), StateTtl.NONE),
                store.longValue("window-end", Namespace.none(), StateTtl.NONE));
    }

    /** Null if the windows cannot be cut into panes. */
    PaneGrid paneGrid() {
        if (!WindowShape.hasPanes(spec)) {
            return null;
        }
        if (windows.assigner() instanceof TumblingEventTimeWindows tumbling) {
            return new PaneGrid(tumbling.getSize(), tumbling.getSize(), tumbling.getOffset());
        }
        SlidingEventTimeWindows sliding = (SlidingEventTimeWindows) windows.assigner();
        return new PaneGrid(sliding.getSize(), sliding.getSlide(), sliding.getOffset());
    }

    /** Null if there are none, or no two of them can be merged. */
    PaneValues mergeableValues() {
        return canMerge() ? values() : null;
    }

    TypeInformation<?> contentsType() {
        return accumulatorType();
    }

    private PaneValues values() {
        if (aggregate() != null) {
            return new PaneValues.Aggregated(aggregate());
        }
        return reduce() == null ? null : new PaneValues.Reduced(reduce());
    }

    private TypeInformation<Object> accumulatorType() {
        return spec.contents() instanceof WindowContents.Aggregated<?, ?, ?> aggregated
                ? (TypeInformation<Object>) aggregated.accumulatorType()
                : elementType;
    }

    /**
     * Programs that never needed it often leave {@code merge} out: it gives null, or throws. Two
     * new accumulators show it.
     */
    private boolean canMerge() {
        AggregateFunction<Object, Object, Object> function = aggregate();
        if (function == null) {
            return true;
        }
        try {
            return function.merge(function.createAccumulator(), function.createAccumulator())
                    != null;
        } catch (RuntimeException e) {
            LOG.debug("{} cannot merge accumulators", function.getClass().getName(), e);
            return false;
        }
    }

    private MergingWindows merging(MergingWindowAssigner<?, ?> assigner, WindowCodec codec) {
        TypeInformation<Tuple2<Object, Object>> pair =
                (TypeInformation<Tuple2<Object, Object>>)
                        (TypeInformation<?>) Types.TUPLE(codec.type(), codec.type());
        return new MergingWindows(
                (MergingWindowAssigner<Object, Window>) assigner,
                codec,
                store.list("window-set", Namespace.none(), pair, StateTtl.NONE));
    }

    private WindowBuffer timestamped(Namespace<?> namespaces) {
        TypeInformation<Tuple2<Object, Long>> type =
                (TypeInformation<Tuple2<Object, Long>>)
                        (TypeInformation<?>) Types.TUPLE(elementType, Types.LONG);
        return new WindowBuffer.TimestampedElements(
                store.list(CONTENTS, namespaces, type, StateTtl.NONE));
    }

    private WindowBuffer buffer(Namespace<?> namespaces) {
        if (aggregate() != null) {
            return new WindowBuffer.Aggregated(
                    store.value(CONTENTS, namespaces, accumulatorType(), StateTtl.NONE),
                    aggregate());
        }
        if (reduce() != null) {
            return new WindowBuffer.Reduced(
                    store.value(CONTENTS, namespaces, elementType, StateTtl.NONE), reduce());
        }
        return new WindowBuffer.Elements(
                store.list(CONTENTS, namespaces, elementType, StateTtl.NONE));
    }

    private WindowEviction eviction(WindowBuffer buffer, WindowTriggerContext context) {
        return new WindowEviction(
                (Evictor<Object, Window>) windows.evictor(),
                (WindowBuffer.TimestampedElements) buffer,
                context,
                reduce(),
                aggregate());
    }

    /** Null if the contents are not combined two at a time. */
    ReduceFunction<Object> reduce() {
        if (spec.contents() instanceof WindowContents.Reduced<?> reduced) {
            return (ReduceFunction<Object>) reduced.function();
        }
        return spec.contents() instanceof WindowContents.FieldAggregated<?> field
                ? FieldAggregates.of(
                        field.aggregate(),
                        (FieldAccessor<Object, Object>) field.field(),
                        classes,
                        place)
                : null;
    }

    /** Null if there is no accumulator. */
    AggregateFunction<Object, Object, Object> aggregate() {
        return spec.contents() instanceof WindowContents.Aggregated<?, ?, ?> aggregated
                ? (AggregateFunction<Object, Object, Object>) aggregated.function()
                : null;
    }

    WindowCall call(WindowScope scope) {
        WindowResult<?, ?, ?, ?> result = spec.result();
        if (result instanceof WindowResult.Applied<?, ?, ?, ?> applied) {
            return new WindowCall.Applied(cast(applied.function()));
        }
        if (result instanceof WindowResult.AllApplied<?, ?, ?, ?> applied) {
            return new WindowCall.AllApplied(cast(applied.function()));
        }
        if (result instanceof WindowResult.Processed<?, ?, ?, ?> processed) {
            io.millrace.api.function.ProcessWindowFunction<Object, Object, Object, Window>
                    function = cast(processed.function());
            return new WindowCall.Processed(function, new ProcessWindowContext(function, scope));
        }
        if (result instanceof WindowResult.AllProcessed<?, ?, ?, ?> processed) {
            io.millrace.api.function.ProcessAllWindowFunction<Object, Object, Window> function =
                    cast(processed.function());
            return new WindowCall.AllProcessed(
                    function, new ProcessAllWindowContext(function, scope));
        }
        return new WindowCall.Contents();
    }

    private static <T> T cast(Object function) {
        return (T) function;
    }
}

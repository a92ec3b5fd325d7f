package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeySelector;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.TriggerResult;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.state.KeyedStateStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Windows of each key, with any assigner, trigger and evictor.
 *
 * <p>A record is added to each of its windows, whose trigger says whether the window fires. A timer
 * at the end of a window, after the lateness allowed, drops it. A record all of whose windows were
 * dropped is late.
 *
 * <p>It is the functions' collector itself: what a window emits has the window's greatest
 * timestamp.
 */
final class WindowOperator
        implements Operator, Collector<Object>, KeyedTimers.Target, MergingWindows.Merged {
    private final String name;
    private final KeySelector<Object, Object> selector;
    private final WindowParts parts;
    private final KeyedStateStore store;
    private final KeyedTimers timers;
    private final WindowAssigner<Object, Window> assigner;
    private final Trigger<Object, Window> trigger;
    private final WindowTriggerContext context;
    private final WindowCodec codec;
    private final WindowBuffer buffer;
    private final MergingWindows merging;
    private final boolean eventTime;
    private final Output output;

    /** Of the record at hand; null if it must be asked of the store. */
    private Object key;

    private long emittedMillis;

    WindowOperator(
            String name, KeySelector<Object, Object> selector, WindowParts parts, Output output) {
        this.name = name;
        this.selector = selector;
        this.parts = parts;
        this.store = parts.store();
        this.timers = parts.timers();
        this.assigner = parts.assigner();
        this.trigger = parts.trigger();
        this.context = parts.triggerContext();
        this.codec = parts.codec();
        this.buffer = parts.buffer();
        this.merging = parts.merging();
        this.eventTime = assigner.isEventTime();
        this.output = output;
    }

    @Override
    public void open() {
        timers.wakeForNext();
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            key = selector.getKey(value);
            store.setCurrentKey(key);
            Collection<Window> windows =
                    assigner.assignWindows(value, timestampMillis, parts.time());
            boolean taken =
                    merging == null
                            ? addToEach(windows, value, timestampMillis)
                            : merge(windows, value, timestampMillis);
            if (!taken && isLate(timestampMillis)) {
                if (parts.lateTag() != null) {
                    parts.sides().emit(parts.lateTag(), value, timestampMillis);
                } else {
                    parts.lateDropped().inc();
                }
            }
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    private boolean isLate(long timestampMillis) {
        return eventTime
                && timestampMillis + parts.allowedLatenessMillis() <= timers.currentWatermark();
    }

    /** Whether any of the windows has taken the record. */
    private boolean addToEach(Collection<Window> windows, Object value, long timestampMillis)
            throws Exception {
        boolean taken = false;
        for (Window window : windows) {
            if (!isDropped(window)) {
                taken = true;
                add(window, window, value, timestampMillis);
            }
        }
        return taken;
    }

    private boolean merge(Collection<Window> windows, Object value, long timestampMillis)
            throws Exception {
        boolean taken = false;
        merging.load();
        for (Window window : windows) {
            Window in = merging.add(window, this);
            Window stateWindow = merging.stateWindow(in);
            if (!isDropped(in)) {
                taken = true;
                add(in, stateWindow, value, timestampMillis);
            } else if (merging.isNew(in)) {
                merging.retire(in);
            } else {
                // of a program that allowed more: its own timer may be gone by merging
                buffer.bind(codec.encode(stateWindow));
                drop(in);
            }
        }
        merging.save();
        return taken;
    }

    @Override
    public void merged(
            Window window,
            Collection<Window> from,
            Window stateWindow,
            List<Window> stateWindowsFrom)
            throws Exception {
        List<Object> encoded = new ArrayList<>(from.size());
        for (Window old : from) {
            encoded.add(codec.encode(old));
        }
        context.bind(codec.encode(window));
        context.merging(encoded);
        trigger.onMerge(window, context);
        context.merging(List.of());
        for (Window old : from) {
            context.bind(codec.encode(old));
            trigger.clear(old, context);
            deleteDropTimer(old);
        }
        if (!stateWindowsFrom.isEmpty()) {
            List<Object> moved = new ArrayList<>(stateWindowsFrom.size());
            for (Window state : stateWindowsFrom) {
                moved.add(codec.encode(state));
            }
            buffer.merge(codec.encode(stateWindow), moved);
        }
    }

    private void add(Window window, Window stateWindow, Object value, long timestampMillis)
            throws Exception {
        buffer.bind(codec.encode(stateWindow));
        buffer.add(value, timestampMillis);
        context.bind(codec.encode(window));
        TriggerResult result = trigger.onElement(value, timestampMillis, window, context);
        if (result != TriggerResult.CONTINUE) {
            act(result, window);
            context.bind(codec.encode(window)); // the function may have asked for other states
        }
        registerDropTimer(window);
    }

    private void act(TriggerResult result, Window window) throws Exception {
        if (result.isFire()) {
            fire(window);
        }
        if (result.isPurge()) {
            buffer.clear();
        }
    }

    private void fire(Window window) throws Exception {
        WindowEviction eviction = parts.eviction();
        Iterable<Object> contents = eviction == null ? buffer.contents() : eviction.before(window);
        if (contents == null) {
            return;
        }
        if (key == null) {
            key = store.currentKey();
        }
        emittedMillis = window.maxTimestamp();
        parts.call().fire(key, window, contents, this);
        if (eviction != null) {
            eviction.after(window);
        }
    }

    @Override
    public void watermark(long timestampMillis) {
        timers.advance(timestampMillis);
    }

    @Override
    public boolean fire(int most, Interruption interruption) {
        return timers.fireEventTimers(most, interruption, name, this);
    }

    @Override
    public void processingTime(long nowMillis) {
        timers.fireProcessingTimers(nowMillis, name, this);
    }

    /**
     * A window is dropped by the timer that was set for it, once; of timers behind that, which its
     * trigger has left behind, it knows nothing any more. If it comes of a program that allowed
     * another lateness, that timer is too early, or too late and its contents are still there.
     */
    @Override
    public void onTimer(long timeMillis, TimeDomain domain, Object namespace) throws Exception {
        key = null;
        Window window = codec.decode(namespace);
        Window stateWindow = window;
        if (merging != null) {
            merging.load();
            stateWindow = merging.stateWindow(window);
            if (stateWindow == null) {
                return; // it was merged into another, and its trigger forgot this timer
            }
        }
        buffer.bind(codec.encode(stateWindow));
        context.bind(codec.encode(window));
        boolean byEventTime = domain == TimeDomain.EVENT_TIME;
        boolean ofWindows = byEventTime == eventTime;
        boolean open =
                merging != null
                        || ofWindows && timeMillis <= dropMillis(window)
                        || !buffer.isEmpty();
        TriggerResult result =
                byEventTime
                        ? trigger.onEventTime(timeMillis, window, context)
                        : trigger.onProcessingTime(timeMillis, window, context);
        act(result, window);
        if (open) {
            if (ofWindows && timeMillis >= dropMillis(window)) {
                drop(window);
            } else {
                awaitDrop(window);
            }
        }
    }

    /** A trigger that clears itself when it fires may have deleted the timer as one of its own. */
    private void awaitDrop(Window window) {
        context.bind(codec.encode(window)); // the function may have asked for other states
        registerDropTimer(window);
    }

    private void drop(Window window) throws Exception {
        buffer.clear();
        context.bind(codec.encode(window));
        trigger.clear(window, context);
        parts.call().clear(window);
        if (merging != null) {
            merging.retire(window);
            merging.save();
        }
    }

    private boolean isDropped(Window window) {
        return eventTime && dropMillis(window) <= timers.currentWatermark();
    }

    /** When the window is dropped; {@code Long.MAX_VALUE} for never. */
    private long dropMillis(Window window) {
        long last = window.maxTimestamp();
        if (!eventTime) {
            return last;
        }
        long drop = last + parts.allowedLatenessMillis();
        return drop < last ? Long.MAX_VALUE : drop;
    }

    /** In the namespace bound. */
    private void registerDropTimer(Window window) {
        long drop = dropMillis(window);
        if (drop == Long.MAX_VALUE) {
            return;
        }
        if (eventTime) {
            timers.registerEventTimeTimer(drop);
        } else {
            timers.registerProcessingTimeTimer(drop);
        }
    }

    /** In the namespace bound. */
    private void deleteDropTimer(Window window) {
        long drop = dropMillis(window);
        if (drop == Long.MAX_VALUE) {
            return;
        }
        if (eventTime) {
            timers.deleteEventTimeTimer(drop);
        } else {
            timers.deleteProcessingTimeTimer(drop);
        }
    }

    @Override
    public void collect(Object record) {
        output.process(record, emittedMillis);
    }

    /** The functions' to call, without effect. */
    @Override
    public void close() {}
}

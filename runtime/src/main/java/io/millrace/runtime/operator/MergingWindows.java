package io.millrace.runtime.operator;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.window.MergingWindowAssigner;
import io.millrace.api.window.Window;
import io.millrace.runtime.state.StoredList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The open windows of the store's current key, where windows merge.
 *
 * <p>A window that others are merged into keeps its contents under the name of one of them, its
 * state window, so that what is merged is moved and the rest stays where it is.
 *
 * <p>Shape: {@link #load} for a key, changes, {@link #save}.
 *
 * <p>Threads: owned by the subtask.
 */
final class MergingWindows {
    private final MergingWindowAssigner<Object, Window> assigner;
    private final WindowCodec codec;
    private final StoredList<Tuple2<Object, Object>> stored;
    private final Map<Window, Window> stateWindows = new LinkedHashMap<>();
    private boolean changed;

    /** That the window added last is in, if no other was there; else null. */
    private Window opened;

    /** Called when windows become one. */
    interface Merged {

        /**
         * @param window that the others become
         * @param from the others, all of which had records
         * @param stateWindow that keeps the contents
         * @param stateWindowsFrom whose contents are to be moved there
         */
        void merged(
                Window window,
                Collection<Window> from,
                Window stateWindow,
                List<Window> stateWindowsFrom)
                throws Exception;
    }

    MergingWindows(
            MergingWindowAssigner<Object, Window> assigner,
            WindowCodec codec,
            StoredList<Tuple2<Object, Object>> stored) {
        this.assigner = assigner;
        this.codec = codec;
        this.stored = stored;
    }

    /** Reads what the current key has. */
    void load() {
        stateWindows.clear();
        stored.iterator()
                .forEachRemaining(
                        pair -> stateWindows.put(codec.decode(pair.f0), codec.decode(pair.f1)));
        changed = false;
    }

    /** Writes what the current key has, if it has changed. */
    void save() {
        if (!changed) {
            return;
        }
        List<Tuple2<Object, Object>> pairs = new ArrayList<>(stateWindows.size());
        stateWindows.forEach(
                (window, state) -> pairs.add(Tuple2.of(codec.encode(window), codec.encode(state))));
        stored.update(pairs);
    }

    /** Where a window keeps its contents; null if it is not open. */
    Window stateWindow(Window window) {
        return stateWindows.get(window);
    }

    void retire(Window window) {
        changed |= stateWindows.remove(window) != null;
    }

    /**
     * Adds a window of a record, and merges what has to be.
     *
     * @return the window that the record is in
     */
    Window add(Window added, Merged merged) throws Exception {
        List<Window> all = new ArrayList<>(stateWindows.keySet());
        all.add(added);
        Map<Window, Collection<Window>> merges = new LinkedHashMap<>();
        assigner.mergeWindows(all, (together, result) -> merges.put(result, together));
        Window in = added;
        for (Map.Entry<Window, Collection<Window>> merge : merges.entrySet()) {
            Window result = merge.getKey();
            Set<Window> open = new LinkedHashSet<>(merge.getValue());
            boolean withAdded = open.contains(added);
            if (withAdded) {
                in = result;
                if (!stateWindows.containsKey(added)) {
                    open.remove(added);
                }
            }
            if (!open.isEmpty() && !(open.size() == 1 && open.contains(result))) {
                replace(open, result, merged);
            }
        }
        opened = null;
        if (!stateWindows.containsKey(in)) {
            stateWindows.put(in, in);
            opened = in;
            changed = true;
        }
        return in;
    }

    /** Whether a window was opened by what was added last, so that nothing is in it. */
    boolean isNew(Window window) {
        return window.equals(opened);
    }

    private void replace(Set<Window> open, Window result, Merged merged) throws Exception {
        List<Window> states = new ArrayList<>();
        for (Window window : open) {
            states.add(stateWindows.remove(window));
        }
        Window kept = states.remove(0);
        stateWindows.put(result, kept);
        changed = true;
        open.remove(result);
        merged.merged(result, open, kept, states);
    }
}

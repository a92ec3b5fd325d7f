package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.metric.Counter;
import io.millrace.runtime.state.CalendarState;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.OrderedState;

/**
 * What an operator of windows cut into panes is made of.
 *
 * @param timers for the functions' contexts, which tell the watermark
 * @param ends last timestamps of the windows that wait to fire, by key
 * @param totals null for windows of one pane each
 * @param wholePanes drops panes of all keys; null if each key's are dropped by themselves
 * @param drops when the last window of each slide is over for late records as well, for each key,
 *     where this program or a former one waits for them; null if panes are dropped of all keys at
 *     once
 * @param former what is to be done with what was restored
 * @param lateTag side output of records that come too late, or null to drop them
 * @param lateDropped counts those that are dropped
 */
record PaneParts(
        KeyedStateStore store,
        KeyedTimers timers,
        PanesOfKey panes,
        CalendarState ends,
        PaneTotals totals,
        KeyedStateStore.PaneDrop wholePanes,
        OrderedState drops,
        FormerPanes former,
        WindowCall call,
        SideOutputs sides,
        long allowedLatenessMillis,
        OutputTag<?> lateTag,
        Counter lateDropped) {}

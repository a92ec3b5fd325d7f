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
 * @param drops when the last window of each slide is over for late records as well; null if none
 *     are waited for
 * @param lateTag side output of records that come too late, or null to drop them
 * @param lateDropped counts those that are dropped
 */
record PaneParts(
        KeyedStateStore store,
        KeyedTimers timers,
        PanesOfKey panes,
        CalendarState ends,
        PaneTotals totals,
        OrderedState drops,
        WindowCall call,
        SideOutputs sides,
        long allowedLatenessMillis,
        OutputTag<?> lateTag,
        Counter lateDropped) {}

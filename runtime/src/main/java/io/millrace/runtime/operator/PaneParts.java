package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.OrderedState;
import io.millrace.runtime.state.StoredValue;

/**
 * What an operator of windows cut into panes is made of.
 *
 * @param panes what each pane of a key holds
 * @param totals null for windows of one pane each
 * @param drops when the last window of each slide is over for late records as well; null if none
 *     are waited for
 * @param lateTag side output of records that come too late, or null to drop them
 */
record PaneParts(
        KeyedStateStore store,
        KeyedTimers timers,
        PaneGrid grid,
        PaneValues values,
        StoredValue<Object> panes,
        PaneTotals totals,
        OrderedState drops,
        WindowCall call,
        SideOutputs sides,
        long allowedLatenessMillis,
        OutputTag<?> lateTag) {}

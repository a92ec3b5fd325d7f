package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.metric.Counter;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.state.KeyedStateStore;

/**
 * What a window operator is made of.
 *
 * @param eviction null if nothing is evicted
 * @param merging null for windows that do not merge
 * @param lateTag side output of records that come too late, or null to drop them
 * @param lateDropped counts those that are dropped
 */
record WindowParts(
        KeyedStateStore store,
        KeyedTimers timers,
        WindowAssigner<Object, Window> assigner,
        WindowTime time,
        Trigger<Object, Window> trigger,
        WindowTriggerContext triggerContext,
        WindowCodec codec,
        WindowBuffer buffer,
        WindowEviction eviction,
        MergingWindows merging,
        WindowCall call,
        SideOutputs sides,
        long allowedLatenessMillis,
        OutputTag<?> lateTag,
        Counter lateDropped) {}

package io.millrace.runtime.graph;

import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.WindowAggregate;
import io.millrace.api.transform.WindowContents;
import io.millrace.api.transform.WindowResult;
import io.millrace.api.transform.WindowSpec;
import io.millrace.api.window.EventTimeTrigger;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.WindowAssigner;
import io.millrace.api.window.WindowStagger;

/** What can be said of windows before anything of them runs. */
public final class WindowShape {
    private WindowShape() {}

    /** Whether nothing custom touches the windows, so that they can be cut into panes. */
    public static boolean hasPanes(WindowAggregate<?, ?, ?, ?, ?> spec) {
        WindowSpec<?, ?> windows = spec.windows();
        boolean clears =
                spec.result() instanceof WindowResult.Processed
                        || spec.result() instanceof WindowResult.AllProcessed;
        return isAligned(windows.assigner())
                && !(spec.contents() instanceof WindowContents.Elements)
                && windows.evictor() == null
                && windows.trigger().getClass() == EventTimeTrigger.class
                && !(clears && windows.allowedLatenessMillis() > 0);
    }

    /** Whether all subtasks have the same windows, known before there are records. */
    private static boolean isAligned(WindowAssigner<?, ?> assigner) {
        return assigner instanceof TumblingEventTimeWindows tumbling
                ? tumbling.getClass() == TumblingEventTimeWindows.class
                        && tumbling.getStagger() == WindowStagger.ALIGNED
                : assigner.getClass() == SlidingEventTimeWindows.class;
    }

    /**
     * Whether nobody can tell if records were combined on their way to the operator: late ones are
     * dropped, and no window fires a second time.
     */
    public static boolean hidesCombining(OperatorSpec<?, ?> operator) {
        return operator instanceof WindowAggregate<?, ?, ?, ?, ?> windows
                && windows.windows().allowedLatenessMillis() == 0
                && windows.windows().lateTag() == null
                && hasPanes(windows);
    }
}

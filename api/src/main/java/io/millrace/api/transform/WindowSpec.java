package io.millrace.api.transform;

import static java.util.Objects.requireNonNull;

import io.millrace.api.function.OutputTag;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.Window;
import io.millrace.api.window.WindowAssigner;
import java.io.Serializable;

/**
 * How records are put into windows and when these fire.
 *
 * @param trigger the assigner's default one unless the program named another
 * @param evictor null if there is none
 * @param allowedLatenessMillis how long after the watermark has passed a window its records still
 *     count
 * @param lateTag side output of records that come later, or null to drop them
 */
public record WindowSpec<I, W extends Window>(
        WindowAssigner<? super I, W> assigner,
        Trigger<? super I, ? super W> trigger,
        Evictor<? super I, ? super W> evictor,
        long allowedLatenessMillis,
        OutputTag<I> lateTag)
        implements Serializable {
    public WindowSpec {
        requireNonNull(assigner, "assigner");
        requireNonNull(trigger, "trigger");
    }
}

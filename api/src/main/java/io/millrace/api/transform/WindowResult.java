package io.millrace.api.transform;

import io.millrace.api.function.AllWindowFunction;
import io.millrace.api.function.ProcessAllWindowFunction;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.function.WindowFunction;
import io.millrace.api.window.Window;
import java.io.Serializable;

/**
 * What a window that fires does with its contents.
 *
 * @param <R> type of the contents
 * @param <O> type of the records that go out
 * @param <K> type of the keys
 * @param <W> the windows
 */
public sealed interface WindowResult<R, O, K, W extends Window> extends Serializable {

    /** Emits them. */
    record Contents<R, K, W extends Window>() implements WindowResult<R, R, K, W> {}

    record Applied<R, O, K, W extends Window>(WindowFunction<R, O, K, W> function)
            implements WindowResult<R, O, K, W> {}

    record Processed<R, O, K, W extends Window>(ProcessWindowFunction<R, O, K, W> function)
            implements WindowResult<R, O, K, W> {}

    record AllApplied<R, O, K, W extends Window>(AllWindowFunction<R, O, W> function)
            implements WindowResult<R, O, K, W> {}

    record AllProcessed<R, O, K, W extends Window>(ProcessAllWindowFunction<R, O, W> function)
            implements WindowResult<R, O, K, W> {}
}

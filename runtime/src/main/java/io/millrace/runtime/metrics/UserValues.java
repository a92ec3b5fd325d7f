package io.millrace.runtime.metrics;

import java.util.List;

/**
 * What the functions of one subtask have counted and measured, at a moment.
 *
 * @param accumulators in the order of their names
 * @param metrics in the order of their registration
 */
public record UserValues(List<AccumulatorPart> accumulators, List<MetricValue> metrics) {
    public static final UserValues NONE = new UserValues(List.of(), List.of());

    public UserValues {
        accumulators = List.copyOf(accumulators);
        metrics = List.copyOf(metrics);
    }
}

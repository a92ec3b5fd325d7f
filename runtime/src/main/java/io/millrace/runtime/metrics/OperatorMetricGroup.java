package io.millrace.runtime.metrics;

import static java.util.Objects.requireNonNull;

import io.millrace.api.metric.Counter;
import io.millrace.api.metric.Gauge;
import io.millrace.api.metric.Histogram;
import io.millrace.api.metric.Meter;
import io.millrace.api.metric.Metric;
import io.millrace.api.metric.MetricGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A name in front of the metrics of one operator, or of a part of them. */
final class OperatorMetricGroup implements MetricGroup {
    private final SubtaskValues values;
    private final List<String> scope;
    private final Map<String, String> variables;

    OperatorMetricGroup(SubtaskValues values, List<String> scope, Map<String, String> variables) {
        this.values = values;
        this.scope = scope;
        this.variables = variables;
    }

    private <M extends Metric> M registered(String name, M metric) {
        values.register(getMetricIdentifier(name), requireNonNull(metric, "metric"));
        return metric;
    }

    @Override
    public <C extends Counter> C counter(String name, C counter) {
        return registered(name, counter);
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
        return registered(name, gauge);
    }

    @Override
    public <H extends Histogram> H histogram(String name, H histogram) {
        return registered(name, histogram);
    }

    @Override
    public <M extends Meter> M meter(String name, M meter) {
        return registered(name, meter);
    }

    @Override
    public MetricGroup addGroup(String name) {
        return new OperatorMetricGroup(values, inner(name), variables);
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(variables);
        more.put("<" + key + ">", value);
        List<String> names = new ArrayList<>(inner(key));
        names.add(requireNonNull(value, "value"));
        return new OperatorMetricGroup(values, names, more);
    }

    private List<String> inner(String name) {
        List<String> names = new ArrayList<>(scope);
        names.add(requireNonNull(name, "name"));
        return names;
    }

    @Override
    public String[] getScopeComponents() {
        return scope.toArray(String[]::new);
    }

    @Override
    public Map<String, String> getAllVariables() {
        return Map.copyOf(variables);
    }

    @Override
    public String getMetricIdentifier(String metricName) {
        return String.join(".", scope) + "." + requireNonNull(metricName, "metricName");
    }
}

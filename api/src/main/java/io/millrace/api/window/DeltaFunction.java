package io.millrace.api.window;

import java.io.Serializable;

/** How far two records are apart. */
@FunctionalInterface
public interface DeltaFunction<T> extends Serializable {
    double getDelta(T oldDataPoint, T newDataPoint);
}

package io.millrace.api.window;

import io.millrace.api.window.MergingWindowAssigner.MergeCallback;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Makes one window of those that overlap or touch. */
final class SessionMerging {
    private SessionMerging() {}

    static void merge(Collection<TimeWindow> windows, MergeCallback<TimeWindow> callback) {
        List<TimeWindow> sorted = new ArrayList<>(windows);
        sorted.sort(Comparator.comparingLong(TimeWindow::getStart));
        List<TimeWindow> together = new ArrayList<>();
        TimeWindow cover = null;
        for (TimeWindow window : sorted) {
            if (cover != null && cover.intersects(window)) {
                together.add(window);
                cover = cover.cover(window);
                continue;
            }
            tell(together, cover, callback);
            together = new ArrayList<>(List.of(window));
            cover = window;
        }
        tell(together, cover, callback);
    }

    private static void tell(
            List<TimeWindow> together, TimeWindow cover, MergeCallback<TimeWindow> callback) {
        if (together.size() > 1) {
            callback.merge(together, cover);
        }
    }
}

package io.millrace.runtime.memory;

import io.millrace.api.MemorySize;
import java.util.Locale;

/** Amounts of memory as the reports of a process write them: in MiB, which is what YARN counts. */
final class MemoryText {
    private static final double MEBIBYTE = 1 << 20;

    private MemoryText() {}

    static String of(MemorySize size) {
        if (size.equals(MemorySize.MAX_VALUE)) {
            return "unbounded";
        }
        String figure = String.format(Locale.ROOT, "%.2f", size.getBytes() / MEBIBYTE);
        return figure.replaceAll("\\.?0+$", "") + " MiB";
    }
}

package io.millrace.connector.file.sink;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** A folder for each hour, or whatever the format tells apart, by the wall clock. */
public class DateTimeBucketAssigner<IN> implements BucketAssigner<IN, String> {
    private static final long serialVersionUID = 1L;
    private static final String BY_HOUR = "yyyy-MM-dd--HH";

    private final String formatString;
    private final ZoneId zoneId;
    private transient DateTimeFormatter formatter;

    // one millisecond has many records
    private transient long formattedMillis;
    private transient String formatted;

    /** {@code 2026-11-21--15}, in the zone of the worker. */
    public DateTimeBucketAssigner() {
        this(BY_HOUR);
    }

    /**
     * @param formatString as {@link DateTimeFormatter} reads it; may have slashes
     */
    public DateTimeBucketAssigner(String formatString) {
        this(formatString, ZoneId.systemDefault());
    }

    public DateTimeBucketAssigner(ZoneId zoneId) {
        this(BY_HOUR, zoneId);
    }

    /**
     * @throws IllegalArgumentException if the format is none
     */
    public DateTimeBucketAssigner(String formatString, ZoneId zoneId) {
        this.formatString = requireNonNull(formatString, "formatString");
        this.zoneId = requireNonNull(zoneId, "zoneId");
        this.formatter = formatter();
    }

    private DateTimeFormatter formatter() {
        return DateTimeFormatter.ofPattern(formatString).withZone(zoneId);
    }

    @Override
    public String getBucketId(IN element, Context context) {
        long now = context.currentProcessingTime();
        if (formatted == null || now != formattedMillis) {
            if (formatter == null) {
                formatter = formatter(); // not on the way to the workers
            }
            formatted = formatter.format(Instant.ofEpochMilli(now));
            formattedMillis = now;
        }
        return formatted;
    }

    @Override
    public SimpleVersionedStringSerializer getSerializer() {
        return SimpleVersionedStringSerializer.INSTANCE;
    }

    @Override
    public String toString() {
        return "DateTimeBucketAssigner{" + formatString + ", " + zoneId + "}";
    }
}

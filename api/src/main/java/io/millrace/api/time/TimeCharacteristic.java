package io.millrace.api.time;

/** Which time {@code timeWindow} means; of older programs. */
public enum TimeCharacteristic {
    /** The clock of the machine. */
    ProcessingTime,
    /** The clock of the machine when a record entered the job. */
    IngestionTime,
    /** The timestamps of the records. */
    EventTime
}

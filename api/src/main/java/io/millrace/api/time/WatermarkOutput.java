package io.millrace.api.time;

/** Where a watermark generator emits. */
public interface WatermarkOutput {

    /** A watermark that is not above the last one is dropped; emitting one ends idleness. */
    void emitWatermark(Watermark watermark);

    /** Watermarks downstream no longer wait for this subtask, until it is active again. */
    void markIdle();

    void markActive();
}

/**
 * Event time and processing time: timestamps, watermarks, timers.
 *
 * <p>Begin with {@link io.millrace.api.time.WatermarkStrategy} and {@link
 * io.millrace.api.time.TimerService}. Must not import the engine.
 */
package io.millrace.api.time;

/**
 * Event time.
 *
 * <p>Begin with {@link io.millrace.api.time.Watermark}. Must not import the engine.
 */
package io.millrace.api.time;

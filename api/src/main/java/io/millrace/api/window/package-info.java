/**
 * Windows: which records belong together, and when their function is called.
 *
 * <p>Begin with {@link io.millrace.api.window.WindowAssigner}, {@link
 * io.millrace.api.window.Trigger} and {@link io.millrace.api.window.Evictor}. Belongs to the
 * subtask's thread. Must not import the engine.
 */
package io.millrace.api.window;

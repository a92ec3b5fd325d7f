/**
 * The loop that the owners of state run on: one thread, one queue of events, timers.
 *
 * <p>Decisions are classes that take an event and call ports; they get {@link
 * io.millrace.runtime.loop.Clock}, {@link io.millrace.runtime.loop.Timers} and {@link
 * io.millrace.runtime.loop.Inbox} by constructor, so that a test drives them on one thread. {@link
 * io.millrace.runtime.loop.EventLoop} is what drives them otherwise.
 */
package io.millrace.runtime.loop;

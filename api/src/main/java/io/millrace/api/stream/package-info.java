/**
 * Streams of records and what can be done with them.
 *
 * <p>Begin with {@link io.millrace.api.stream.DataStream}. Every call adds a node to the
 * environment's tree of transformations and runs nothing. Belongs to the thread that runs the
 * program's main method.
 *
 * <p>Must not import the engine.
 */
package io.millrace.api.stream;

/**
 * What a program wants done, as data: the tree of transformations that it builds.
 *
 * <p>Begin with {@link io.millrace.api.transform.Transformation} and {@link
 * io.millrace.api.transform.Pipeline}. Written by the thread that runs the program's main method,
 * read by the planner afterwards. Job authors use {@code io.millrace.api.stream} instead.
 *
 * <p>Must not import the engine.
 */
package io.millrace.api.transform;

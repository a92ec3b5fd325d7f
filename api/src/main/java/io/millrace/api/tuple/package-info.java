/**
 * Tuples of up to 25 typed fields.
 *
 * <p>Begin with {@link io.millrace.api.tuple.Tuple2}. {@code Tuple1} to {@code Tuple25} are written
 * by {@code api/src/generate/TupleGenerator.java} when the module is built.
 *
 * <p>Must not import anything but the JDK.
 */
package io.millrace.api.tuple;

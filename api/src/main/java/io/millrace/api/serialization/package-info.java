/**
 * How records become bytes in files.
 *
 * <p>Begin with {@link io.millrace.api.serialization.Encoder}.
 *
 * <p>Must not import the engine.
 */
package io.millrace.api.serialization;

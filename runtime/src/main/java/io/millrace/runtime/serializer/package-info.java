/**
 * How values become bytes, and which key group a key is in.
 *
 * <p>Begin at {@link io.millrace.runtime.serializer.Serializers}: it compiles a {@link
 * io.millrace.api.type.TypeInformation} into a {@link
 * io.millrace.runtime.serializer.TypeSerializer}, by {@link
 * io.millrace.runtime.serializer.SerializerCompiler}, which says which serializer a type has. Those
 * of tuples, POJOs and records are generated; {@link
 * io.millrace.runtime.serializer.RecordSerializerCode} writes them. Formats are specified at the
 * class that writes them. Keys are hashed by {@link io.millrace.runtime.serializer.KeyHashers}.
 * What is made here belongs to the thread that uses it. Nothing here knows edges, networks or
 * state.
 */
package io.millrace.runtime.serializer;

/**
 * What a program knows about its types: descriptions as data, and how they are found.
 *
 * <p>Begin at {@link io.millrace.api.type.TypeExtractor}; job authors at {@link
 * io.millrace.api.type.Types}. Nothing here reads or writes values: the engine compiles
 * descriptions into serializers.
 */
package io.millrace.api.type;

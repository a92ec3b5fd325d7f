package io.millrace.runtime.serializer;

import java.io.IOException;

/** Reads what was written by a serializer that is not there any more; writes nothing. */
interface FormerReader<T> extends ValueSerializer<T> {

    @Override
    default void write(T value, RecordOutput out) {
        throw new UnsupportedOperationException("a former shape is only read");
    }

    @Override
    default void skip(RecordInput in) throws IOException {
        read(in);
    }

    @Override
    default T copy(T value) {
        return value;
    }

    @Override
    default boolean isImmutable() {
        return true;
    }

    /** The same for values that begin with a byte of flags. */
    interface Flagged<T> extends FlaggedSerializer<T> {

        @Override
        default void write(T value, RecordOutput out) {
            throw new UnsupportedOperationException("a former shape is only read");
        }

        @Override
        default void skip(int flags, RecordInput in) throws IOException {
            read(flags, in);
        }

        @Override
        default T copy(T value) {
            return value;
        }

        @Override
        default boolean isImmutable() {
            return true;
        }
    }
}

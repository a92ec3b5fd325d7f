package io.millrace.api.state;

import io.millrace.api.Configuration;

/**
 * Where the state of keyed operators lies while a job runs, for {@link
 * io.millrace.api.StreamExecutionEnvironment#setStateBackend}.
 *
 * <p>Another way of saying {@code state.backend.type} and what older backends said beside it.
 *
 * <p>Threads: immutable.
 */
public sealed interface StateBackend
        permits HashMapStateBackend,
                EmbeddedRocksDBStateBackend,
                FsStateBackend,
                MemoryStateBackend,
                RocksDBStateBackend {

    /** The options that the program sets by it. */
    Configuration toConfiguration();
}

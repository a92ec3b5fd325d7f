package io.millrace.state.rocksdb;

/** What the store asks of its own handles. */
interface Handle {
    Cell cell();
}

package io.millrace.runtime.operator;

import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StoredValue;

/** Results that are read from the store, and written to it, each time. */
record StoredResults(KeyedStateStore store, StoredValue<Object> results) implements KeyedResults {

    @Override
    public Object get(Object key) {
        store.setCurrentKey(key);
        return results.get();
    }

    @Override
    public void put(Object result) {
        results.put(result);
    }

    @Override
    public void flush() {
        // nothing is kept back
    }
}

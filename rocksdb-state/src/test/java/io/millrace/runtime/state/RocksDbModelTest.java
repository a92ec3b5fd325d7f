package io.millrace.runtime.state;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** {@link StateModelTest} over RocksDB, whose stores take their time to open: fewer runs. */
class RocksDbModelTest {

    @Property(tries = 20)
    void shouldAgreeWithMapsWhateverIsDone(@ForAll long seed) throws Exception {
        StateModelTest.run(seed);
    }
}

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.type.Types;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.InsufficientManagedMemoryException;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateBackendsTest {
    private static ParsedConfiguration job(String key, String value) {
        return ParsedConfiguration.of(Configuration.fromMap(Map.of(key, value)));
    }

    private static KeyedStateSettings settings(ManagedMemory memory) {
        return new KeyedStateSettings(
                "sums[0]",
                Types.LONG,
                new KeyGroupRange(0, 0),
                1,
                new JobClasses(StateBackendsTest.class.getClassLoader()),
                memory.budget("sums[0]", memory.totalBytes()),
                () -> 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"managed", "hashmap", "filesystem", "jobmanager"})
    void shouldKeepStateInManagedMemoryUnderFlinksNamesToo(String name) {
        try (ManagedMemory memory = new ManagedMemory(1 << 20);
                KeyedStateStore store =
                        new StateBackends().open(settings(memory), job("state.backend", name))) {
            assertThat(store).isInstanceOf(BinaryStateStore.class);
        }
    }

    @Test
    void shouldNameOptionAndJarsOfABackendThatIsNotThere() {
        try (ManagedMemory memory = new ManagedMemory(1 << 20)) {
            StateBackends backends = new StateBackends();
            assertThatThrownBy(
                            () ->
                                    backends.open(
                                            settings(memory), job("state.backend.type", "rocksdb")))
                    .hasMessageContaining("state.backend.type is rocksdb")
                    .hasMessageContaining("millrace-rocksdb-state is not on the class path")
                    .hasMessageContaining("opt/rocksdb")
                    .asInstanceOf(InstanceOfAssertFactories.type(StateException.class))
                    .returns(Failure.Category.CONFIG, StateException::category);
        }
    }

    @Test
    void shouldRefuseANameThatNobodyKnowsAndNameThoseThatAreKnown() {
        assertThatThrownBy(() -> job("state.backend.type", "heap"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("state.backend.type")
                .hasMessageContaining("heap")
                .hasMessageContainingAll("MANAGED", "ROCKSDB");
    }

    @Test
    void shouldLendNobodyWhatIsReserved() {
        try (ManagedMemory memory = new ManagedMemory(1 << 20)) {
            MemoryBudget library = memory.budget("library", memory.totalBytes());
            MemoryBudget store = memory.budget("store", memory.totalBytes());
            library.reserve((1 << 20) - 512);

            assertThat(store.freeBytes()).isEqualTo(512);
            store.free(store.allocate(512), 512);
            assertThatThrownBy(() -> store.allocate(1024))
                    .isInstanceOf(InsufficientManagedMemoryException.class);
            assertThatThrownBy(() -> store.reserve(1024))
                    .isInstanceOf(InsufficientManagedMemoryException.class)
                    .hasMessageContaining("needs 1024 more");

            library.release((1 << 20) - 512);
            store.free(store.allocate(1 << 19), 1 << 19);
        }
    }
}

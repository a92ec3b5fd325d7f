package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.state.InMemoryKeyedStateStore;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredValue;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentResultsTest {
    private final KeyedStateStore store = new InMemoryKeyedStateStore();

    @SuppressWarnings("unchecked")
    private final StoredValue<Object> stored =
            (StoredValue<Object>)
                    (StoredValue<?>)
                            store.value(
                                    "result",
                                    Namespace.none(),
                                    (TypeInformation<String>) Types.STRING,
                                    StateTtl.NONE);

    private final RecentResults recent =
            new RecentResults(store, stored, result -> ((String) result).length());

    /** Few keys stay in their places; many drive each other out until it steps aside. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 8_000, 100_000, 1_000_000})
    void shouldGiveWhatWasPutLast(int keys) {
        Random random = new Random(keys);
        Map<Object, Object> expected = new HashMap<>();
        for (int i = 0; i < 400_000; i++) {
            Object key = (long) random.nextInt(keys);
            assertThat(recent.get(key)).isEqualTo(expected.get(key));
            if (random.nextInt(10) > 0) {
                // some are too large to be kept
                String result = random.nextInt(50) == 0 ? "x".repeat(2_000) + i : "" + i;
                recent.put(result);
                expected.put(key, result);
            }
            if (random.nextInt(100_000) == 0) {
                recent.flush();
                assertThat(inTheStore(expected)).isEqualTo(expected);
            }
        }
        recent.flush();
        assertThat(inTheStore(expected)).isEqualTo(expected);
    }

    private Map<Object, Object> inTheStore(Map<Object, Object> expected) {
        Map<Object, Object> found = new HashMap<>();
        for (Object key : expected.keySet()) {
            store.setCurrentKey(key);
            found.put(key, stored.get());
        }
        return found;
    }
}

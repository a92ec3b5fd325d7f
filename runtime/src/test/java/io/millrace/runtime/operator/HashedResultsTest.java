package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HashedResultsTest {

    private static Map<Object, Object> all(KeyedResults results) {
        Map<Object, Object> found = new HashMap<>();
        for (int at = results.next(0); at >= 0; at = results.next(at + 1)) {
            assertThat(found.put(((String) results.at(at)).split("=")[0], results.at(at))).isNull();
        }
        return found;
    }

    @Property(tries = 200)
    void shouldHoldTheLastResultOfEachKey(
            @ForAll @Size(max = 300) List<@IntRange(min = -40, max = 40) Integer> keys) {
        HashedResults results = new HashedResults();
        Map<Object, Object> expected = new HashMap<>();
        for (Integer key : keys) {
            assertThat(results.get(new Collides(key))).isEqualTo(expected.get(key.toString()));
            String result = key + "=" + expected.size();
            results.put(new Collides(key), result);
            expected.put(key.toString(), result);
        }

        assertThat(all(results)).isEqualTo(expected);
    }

    /** Has one of three hashes. */
    private record Collides(int key) {
        @Override
        public int hashCode() {
            return key % 3;
        }
    }

    @Test
    void shouldGrowAndKeepAll() {
        HashedResults results = new HashedResults();
        for (long key = 0; key < 100_000; key++) {
            assertThat(results.get(key)).isNull();
            results.put(key, key + "=");
        }

        for (long key = 0; key < 100_000; key++) {
            assertThat(results.get(key)).isEqualTo(key + "=");
        }
        assertThat(all(results)).hasSize(100_000);
    }

    @Test
    void shouldHoldNothingOnceItIsCleared() {
        HashedResults results = new HashedResults();
        results.get("a");
        results.put("a", "a=1");
        results.clear();

        assertThat(results.get("a")).isNull();
        assertThat(results.next(0)).isNegative();
    }
}

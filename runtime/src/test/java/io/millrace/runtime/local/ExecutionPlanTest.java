package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecutionPlanTest {
    /** No POJO. */
    public static final class Money {
        private final long cents;

        public Money(long cents) {
            this.cents = cents;
        }

        @Override
        public String toString() {
            return cents / 100 + "." + cents % 100;
        }
    }

    /** The serializer of the records that each operator gets. */
    private static Map<String, String> serializersByReader(StreamExecutionEnvironment env)
            throws Exception {
        Map<String, String> found = new HashMap<>();
        for (JsonNode node : new ObjectMapper().readTree(env.getExecutionPlan()).get("nodes")) {
            for (JsonNode predecessor : node.path("predecessors")) {
                found.put(node.get("type").asText(), predecessor.get("serializer").asText());
            }
        }
        return found;
    }

    @Test
    void shouldNameSerializerOfEachEdgeAndWhatWouldMakeItFaster() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromData(1L, 2L)
                .map(number -> new Tuple2<>("a", List.of(number)))
                .name("known")
                .returns(new TypeHint<Tuple2<String, List<Long>>>() {})
                .map(tuple -> (Object) tuple.f1)
                .name("erased")
                .map(list -> new Money(1))
                .name("money")
                .returns(Types.GENERIC(Money.class))
                .map(Money::toString)
                .name("text")
                .print()
                .name("out");

        Map<String, String> serializers = serializersByReader(env);

        assertThat(serializers.get("known")).isEqualTo("generated");
        assertThat(serializers.get("erased")).isEqualTo("generated");
        assertThat(serializers.get("money")).startsWith("tagged: ").contains(".returns(");
        assertThat(serializers.get("text")).startsWith("Kryo: ").contains(Money.class.getName());
        assertThat(serializers).containsValue("generated").hasSize(5);
    }
}

package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple25;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.serializer.SampleTypes.Alarm;
import io.millrace.runtime.serializer.SampleTypes.Colour;
import io.millrace.runtime.serializer.SampleTypes.Event;
import io.millrace.runtime.serializer.SampleTypes.Holder;
import io.millrace.runtime.serializer.SampleTypes.Point;
import io.millrace.runtime.serializer.SampleTypes.Sealed;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Which types have a serializer of their own and which fall to Kryo. */
class KryoFallBackTest {
    private record Private(int number, List<Point> points) {}

    private static final class PrivatePojo {
        private Map<String, Private> parts;
    }

    private static final class ImmutableByHand {
        private final int number;

        ImmutableByHand(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return "" + number;
        }
    }

    private static List<TypeInformation<?>> generated() {
        return List.of(
                Types.STRING,
                Types.INT,
                Types.BOOLEAN,
                TypeInformation.of(BigDecimal.class),
                TypeInformation.of(Instant.class),
                TypeInformation.of(ZonedDateTime.class),
                TypeInformation.of(Date.class),
                TypeInformation.of(UUID.class),
                TypeInformation.of(Event.class),
                TypeInformation.of(Alarm.class),
                TypeInformation.of(PrivatePojo.class),
                TypeInformation.of(Point.class),
                TypeInformation.of(Private.class),
                TypeInformation.of(Colour.class),
                TypeInformation.of(Colour.GREEN.getClass()),
                TypeInformation.of(int[].class),
                TypeInformation.of(String[][].class),
                TypeInformation.of(Point[].class),
                new TypeHint<Holder<Tuple2<String, Optional<Long>>>>() {}.getTypeInfo(),
                new TypeHint<Tuple2<String, Point>>() {}.getTypeInfo(),
                new TypeHint<List<Point>>() {}.getTypeInfo(),
                new TypeHint<ArrayList<Integer>>() {}.getTypeInfo(),
                new TypeHint<LinkedList<Integer>>() {}.getTypeInfo(),
                new TypeHint<Collection<Private>>() {}.getTypeInfo(),
                new TypeHint<Set<String>>() {}.getTypeInfo(),
                new TypeHint<HashSet<String>>() {}.getTypeInfo(),
                new TypeHint<LinkedHashSet<String>>() {}.getTypeInfo(),
                new TypeHint<Map<String, List<Event>>>() {}.getTypeInfo(),
                new TypeHint<HashMap<Colour, int[]>>() {}.getTypeInfo(),
                new TypeHint<LinkedHashMap<Long, Set<UUID>>>() {}.getTypeInfo(),
                new TypeHint<Optional<Map<String, Point>>>() {}.getTypeInfo());
    }

    /** Of a type that the compiler erased; each value says what it is. */
    private static List<TypeInformation<?>> tagged() {
        return List.of(
                TypeInformation.of(Object.class),
                TypeInformation.of(Comparable.class),
                TypeInformation.of(Number.class),
                TypeInformation.of(List.class),
                TypeInformation.of(Map.class),
                TypeInformation.of(Tuple2.class),
                TypeInformation.of(Tuple25.class),
                TypeInformation.of(Holder.class),
                TypeInformation.of(Optional.class));
    }

    private static List<Class<?>> kryo() {
        return List.of(
                Sealed.class,
                ImmutableByHand.class,
                TreeMap.class,
                TreeSet.class,
                ArrayDeque.class,
                PriorityQueue.class,
                ConcurrentHashMap.class,
                EnumMap.class,
                BitSet.class,
                Locale.class,
                URI.class,
                IllegalStateException.class);
    }

    @Test
    void shouldGenerateSerializersOfAllOrdinaryTypes() {
        for (TypeInformation<?> type : generated()) {
            // An event has a field of which nothing is known, and one of its own type.
            String expected =
                    type.toString().contains("Event") || type.toString().contains("Alarm")
                            ? "tagged: "
                            : "generated";
            assertThat(Serializers.describe(type)).as(type.toString()).startsWith(expected);
            assertThat(Serializers.describe(type)).as(type.toString()).doesNotContain("Kryo");
        }
    }

    @Test
    void shouldSayWhatWouldMakeTheTypeKnownWhenItIsErased() {
        for (TypeInformation<?> type : tagged()) {
            assertThat(Serializers.describe(type))
                    .as(type.toString())
                    .startsWith("tagged: ")
                    .doesNotContain("Kryo:");
        }
    }

    @Test
    void shouldNameReasonWhenKryoWritesTheType() {
        for (Class<?> type : kryo()) {
            assertThat(Serializers.describe(TypeInformation.of(type)))
                    .as(type.getName())
                    .startsWith("Kryo: ")
                    .contains(type.getName());
        }
    }
}

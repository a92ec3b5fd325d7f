package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.TypeExtractor;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.serializer.TypeShape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What can be said of types from the metadata and the program's classes alone. */
class StoredTypesTest {
    record User(String name, int age) {}

    record Pair<A, B>(A first, B second) {}

    private static final String USER = TypeShape.text(TypeExtractor.forClass(User.class));

    private static List<String> refusals(String type) throws IOException {
        StatePart part = new StatePart(Kind.UNION_LIST, "users", type, 1, 0, 0, 0, 1, 1);
        CheckpointMetadata metadata =
                new CheckpointMetadata(
                        3,
                        1,
                        "job",
                        "job",
                        1,
                        List.of(new WorkerFile("chk-3/w", 1, 1)),
                        List.of(
                                new Vertex(
                                        0,
                                        "v",
                                        1,
                                        128,
                                        List.of(
                                                new Subtask(
                                                        false,
                                                        0,
                                                        List.of(
                                                                new OperatorState(
                                                                        "uid", List.of(part))))))));
        JobGraph graph =
                new JobGraph(
                        "job",
                        "job",
                        List.of(
                                new JobVertex(
                                        0,
                                        "v",
                                        1,
                                        128,
                                        "default",
                                        new byte[0],
                                        List.of(),
                                        List.of(),
                                        List.of(new JobVertex.Operator("uid", "o", "", false)))),
                        List.of(),
                        Map.of());
        return StoredTypes.refusals(
                new StoredCheckpoint(metadata, new CheckpointFolder("/none"), "/none/chk-3"),
                graph,
                Map.of(),
                StoredTypesTest.class.getClassLoader());
    }

    @Test
    void shouldRefuseAFieldOfAnotherTypeWhereverTheClassIs() throws IOException {
        String other = USER.replace("age:Integer", "age:String");
        for (String type :
                List.of(
                        other,
                        "collection java.util.List<" + other + ">",
                        "map java.util.Map<String," + other + ">",
                        "Long -> " + other)) {
            assertThat(refusals(type))
                    .singleElement()
                    .asString()
                    .contains("Operator 'o' (uid 'uid') has a state 'users'")
                    .contains(other)
                    .contains(USER)
                    .contains("field 'age' was String and is Integer now");
        }
    }

    @Test
    void shouldSayNothingOfWhatCanBeReadOrIsNotKnown() throws IOException {
        for (String type :
                List.of(
                        USER,
                        USER.replace("age:Integer", "size:Double"),
                        "record org.acme.Gone{x:Long}",
                        "record " + Pair.class.getName() + "{first:Long,second:String}",
                        "long range",
                        "Long",
                        "")) {
            assertThat(refusals(type)).as(type).isEmpty();
        }
    }
}

package io.millrace.api.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.type.Types;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SerializationCheckTest {
    private final StreamExecutionEnvironment env =
            StreamExecutionEnvironment.getExecutionEnvironment();

    private int ownField = 1;

    private static final class Connection {
        int port;

        Long plus(Long value) {
            return value + port;
        }
    }

    private static final class Settings implements Serializable {
        private static final long serialVersionUID = 1L;
        final String name = "x";
        transient Connection notWritten = new Connection();
        Connection main;
        List<Object> spare = new ArrayList<>();
        Map<String, Object> byName = Map.of();
        Object[] array = {};
        Settings self = this;
    }

    private static class WithSettings implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final Settings settings;

        WithSettings(Settings settings) {
            this.settings = settings;
        }

        @Override
        public Long map(Long value) {
            return value;
        }
    }

    private static final class Child extends WithSettings {
        private static final long serialVersionUID = 1L;

        Child(Settings settings) {
            super(settings);
        }
    }

    private static final class Broken implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new IOException("no disk left");
        }
    }

    @Test
    void shouldAcceptWhatCanBeSerialized() {
        MapFunction<Long, Long> function = new WithSettings(new Settings());
        assertThat(SerializationCheck.check("The function", function, "Map")).isSameAs(function);
    }

    @Test
    void shouldNameTheFieldOfAField() {
        Settings settings = new Settings();
        settings.main = new Connection();
        assertRefused(new WithSettings(settings), "field settings.main is a ");
        assertRefused(new Child(settings), "field settings.main is a ");
    }

    @Test
    void shouldNamePlacesInListsMapsAndArrays() {
        Settings settings = new Settings();
        settings.spare.add("fine");
        settings.spare.add(new Connection());
        assertRefused(new WithSettings(settings), "field settings.spare[1] is a ");

        Settings mapped = new Settings();
        mapped.byName = Map.of("k", new Connection());
        assertRefused(new WithSettings(mapped), "field settings.byName[k] is a ");

        Settings filled = new Settings();
        filled.array = new Object[] {1, new Connection()};
        assertRefused(new WithSettings(filled), "field settings.array[1] is a ");
    }

    @Test
    void shouldNameTheVariableThatAnAnonymousClassCaptured() {
        assertRefused(staticAnonymous(new Connection()), "captured variable connection is a ");
    }

    private static MapFunction<Long, Long> staticAnonymous(Connection connection) {
        return new MapFunction<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Long map(Long value) {
                return value + connection.port;
            }
        };
    }

    @Test
    void shouldNameTheVariableThatALambdaCaptured() {
        int harmless = 3;
        Connection connection = new Connection();
        assertRefused(v -> v + harmless + connection.port, "captured variable connection is a ");
    }

    @Test
    void shouldNameTheMethodWithTheLambda() {
        Connection connection = new Connection();
        assertRefused(
                v -> v + connection.port,
                "(a lambda in "
                        + SerializationCheckTest.class.getName()
                        + ".shouldNameTheMethodWithTheLambda)");
        assertRefused(connection::plus, "the object that the method reference is bound to is a ");
    }

    @Test
    void shouldSayThatALambdaUsesItsObject() {
        assertRefused(v -> v + hashCodeOfTheTest(), "it uses a field or method of the object");
        assertRefused(v -> v + hashCodeOfTheTest(), "into a local variable in front of it");
    }

    @Test
    void shouldSayThatTheSurroundingObjectIsKept() {
        assertThatThrownBy(
                        () ->
                                env.fromSequence(1, 2)
                                        .map(
                                                new MapFunction<Long, Long>() {
                                                    private static final long serialVersionUID = 1L;

                                                    @Override
                                                    public Long map(Long value) {
                                                        return value + ownField;
                                                    }
                                                }))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("operator 'Map'")
                .hasMessageContaining(SerializationCheckTest.class.getName())
                .hasMessageContaining("static nested class");
    }

    @Test
    void shouldTellWhatTheOwnWritingSaid() {
        Settings settings = new Settings();
        settings.spare.add(new Broken());
        assertRefused(new WithSettings(settings), "field settings.spare[0] (");
        assertRefused(new WithSettings(settings), "no disk left");
    }

    private MapFunction<Long, Long> anonymousThatUsesNothingOfUs() {
        return new MapFunction<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Long map(Long value) {
                return new Object() {
                    long doubled() {
                        return value * 2;
                    }
                }.doubled();
            }
        };
    }

    private MapFunction<Long, Long> anonymousThatUsesUsDeepInside() {
        return new MapFunction<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Long map(Long value) {
                return new Object() {
                    long sum() {
                        return value + hashCodeOfTheTest();
                    }
                }.sum();
            }
        };
    }

    private MapFunction<Long, Long> anonymousThatUsesUsInALambda() {
        return new MapFunction<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Long map(Long value) {
                java.util.function.LongSupplier sum = () -> value + hashCodeOfTheTest();
                return sum.getAsLong();
            }
        };
    }

    private int hashCodeOfTheTest() {
        return hashCode();
    }

    private class Inner extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long value) {
            return value + 1;
        }
    }

    private final class InnerOfInner extends Inner {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void shouldForgetTheSurroundingObjectThatNoCodeReads() throws Exception {
        for (MapFunction<Long, Long> function :
                List.of(anonymousThatUsesNothingOfUs(), new Inner(), new InnerOfInner())) {
            assertThat(env.fromSequence(1, 2).map(function).getType()).isEqualTo(Types.LONG);
            assertThat(function.map(4L)).isIn(8L, 5L);
            new ObjectOutputStream(OutputStream.nullOutputStream()).writeObject(function);
        }
    }

    @Test
    void shouldKeepTheSurroundingObjectThatNestedCodeReads() throws Exception {
        for (MapFunction<Long, Long> function :
                List.of(anonymousThatUsesUsDeepInside(), anonymousThatUsesUsInALambda())) {
            assertRefused(function, "static nested class");
            assertThat(function.map(1L)).isEqualTo(1L + hashCode());
        }
    }

    private void assertRefused(MapFunction<Long, Long> function, String text) {
        assertThatThrownBy(() -> env.fromSequence(1, 2).map(function))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("operator 'Map'")
                .hasMessageContaining(text);
    }
}

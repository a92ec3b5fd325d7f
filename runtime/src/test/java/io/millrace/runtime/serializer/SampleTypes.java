package io.millrace.runtime.serializer;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Classes of every kind that a job's records are made of. */
final class SampleTypes {
    private SampleTypes() {}

    public enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green";
            }
        },
        BLUE
    }

    public record Point(int x, double y, Colour colour) {}

    public record Holder<T>(T value, List<T> more, boolean flag) {}

    public static class Event {
        public int id;
        public long time;
        public double amount;
        public boolean urgent;
        public short small;
        public char letter;
        public float ratio;
        public byte tiny;
        private String name = "not set";
        public Colour colour;
        public Instant at;
        public Optional<String> note = Optional.empty();
        public Map<String, List<Integer>> groups;
        public Set<Long> ids;
        public int[] counts;
        public String[] words;
        public Object anything;
        public Event parent;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other != null
                    && other.getClass() == getClass()
                    && state().equals(((Event) other).state());
        }

        private List<Object> state() {
            return java.util.Arrays.asList(
                    id,
                    time,
                    amount,
                    urgent,
                    small,
                    letter,
                    ratio,
                    tiny,
                    name,
                    colour,
                    at,
                    note,
                    groups,
                    ids,
                    java.util.Arrays.toString(counts),
                    java.util.Arrays.toString(words),
                    anything,
                    parent);
        }

        @Override
        public int hashCode() {
            return state().hashCode();
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + state();
        }
    }

    public static class Alarm extends Event {
        public String severity;

        @Override
        public boolean equals(Object other) {
            return super.equals(other) && Objects.equals(severity, ((Alarm) other).severity);
        }

        @Override
        public int hashCode() {
            return 31 * super.hashCode() + Objects.hashCode(severity);
        }
    }

    /** No POJO: no setter, no constructor without arguments. */
    public static final class Sealed {
        private final String text;
        private final List<Object> parts;

        public Sealed(String text, List<Object> parts) {
            this.text = text;
            this.parts = parts;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Sealed that
                    && Objects.equals(text, that.text)
                    && Objects.equals(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return Objects.hash(text, parts);
        }

        @Override
        public String toString() {
            return "Sealed(" + text + ", " + parts + ")";
        }
    }
}

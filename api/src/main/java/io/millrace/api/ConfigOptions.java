package io.millrace.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Where options of one's own begin: {@code ConfigOptions.key("a.b").intType().defaultValue(3)}. */
public final class ConfigOptions {
    private ConfigOptions() {}

    public static OptionBuilder key(String key) {
        return new OptionBuilder(key);
    }

    /** An option whose type is not yet said. */
    public static final class OptionBuilder {
        private final String key;

        private OptionBuilder(String key) {
            this.key = key;
        }

        public TypedConfigOptionBuilder<Integer> intType() {
            return typed(ValueType.of(Integer.class));
        }

        public TypedConfigOptionBuilder<Long> longType() {
            return typed(ValueType.of(Long.class));
        }

        public TypedConfigOptionBuilder<Float> floatType() {
            return typed(ValueType.of(Float.class));
        }

        public TypedConfigOptionBuilder<Double> doubleType() {
            return typed(ValueType.of(Double.class));
        }

        public TypedConfigOptionBuilder<Boolean> booleanType() {
            return typed(ValueType.of(Boolean.class));
        }

        public TypedConfigOptionBuilder<String> stringType() {
            return typed(ValueType.of(String.class));
        }

        public TypedConfigOptionBuilder<Duration> durationType() {
            return typed(ValueType.of(Duration.class));
        }

        public TypedConfigOptionBuilder<MemorySize> memoryType() {
            return typed(ValueType.of(MemorySize.class));
        }

        public TypedConfigOptionBuilder<Map<String, String>> mapType() {
            return typed(ValueType.map());
        }

        public <E extends Enum<E>> TypedConfigOptionBuilder<E> enumType(Class<E> type) {
            return typed(ValueType.of(type));
        }

        private <T> TypedConfigOptionBuilder<T> typed(ValueType<T> type) {
            return new TypedConfigOptionBuilder<>(key, type);
        }
    }

    /** An option whose default is not yet said. */
    public static final class TypedConfigOptionBuilder<T> {
        private final String key;
        private final ValueType<T> type;

        private TypedConfigOptionBuilder(String key, ValueType<T> type) {
            this.key = key;
            this.type = type;
        }

        /** Several values of the type, with semicolons between them. */
        public TypedConfigOptionBuilder<List<T>> asList() {
            return new TypedConfigOptionBuilder<>(key, type.asList());
        }

        public ConfigOption<T> defaultValue(T value) {
            return noDefaultValue().defaultValue(value);
        }

        @SafeVarargs
        @SuppressWarnings("unchecked") // only of use after asList, where T is a List of E
        public final <E> ConfigOption<T> defaultValues(E... values) {
            return defaultValue((T) List.of(values));
        }

        public ConfigOption<T> noDefaultValue() {
            return ConfigOption.named(key, type);
        }
    }
}

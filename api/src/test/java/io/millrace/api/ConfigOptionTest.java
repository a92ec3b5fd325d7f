package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigOptionTest {
    private static final ConfigOption<Integer> SLOTS =
            ConfigOption.named("slots", Integer.class).defaultValue(1).between(1, 8);

    private final Configuration configuration = new Configuration();

    @Test
    void shouldReturnDefaultWhenNotSet() {
        assertThat(configuration.get(SLOTS)).isEqualTo(1);
        assertThat(configuration.getOptional(SLOTS)).isEmpty();
        assertThat(configuration.contains(SLOTS)).isFalse();
        assertThat(configuration.getInteger(SLOTS, 5)).isEqualTo(5);
    }

    @Test
    void shouldReturnWhatWasSet() {
        configuration.set(SLOTS, 4);

        assertThat(configuration.getInteger(SLOTS)).isEqualTo(4);
        assertThat(configuration.getString("slots", "?")).isEqualTo("4");
        assertThat(configuration.contains(SLOTS)).isTrue();
    }

    @Test
    void shouldRefuseWithKeyValueAndLimitWhenOutOfRange() {
        assertThatThrownBy(() -> configuration.set(SLOTS, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Option slots is 9, more than its greatest value 8: set slots to a value"
                                + " in the range 1 to 8.");
        configuration.setString("slots", "0");
        assertThatThrownBy(() -> configuration.get(SLOTS))
                .hasMessageContaining("slots is 0, less than its least value 1");
        assertThat(configuration.toMap()).containsEntry("slots", "0");
    }

    @Test
    void shouldRefuseWithWhatToWriteWhenNotOfTheType() {
        configuration.setString("slots", "many");

        assertThatThrownBy(() -> configuration.get(SLOTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slots")
                .hasMessageContaining("'many'");
    }

    @Test
    void shouldRefuseADefaultThatIsOutOfRange() {
        assertThatThrownBy(() -> SLOTS.defaultValue(20))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReadOlderKeyWhenTheNewOneIsNotSet() {
        ConfigOption<Integer> renamed = SLOTS.withDeprecatedKeys("old-slots", "older-slots");
        configuration.setInteger("older-slots", 3);
        assertThat(configuration.get(renamed)).isEqualTo(3);
        configuration.setInteger("old-slots", 2);
        assertThat(configuration.get(renamed)).isEqualTo(2);
        configuration.setInteger("slots", 7);
        assertThat(configuration.get(renamed)).isEqualTo(7);

        assertThat(configuration.removeConfig(renamed)).isTrue();
        assertThat(configuration.contains(renamed)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "100 ms, 100000000",
        "1min, 60000000000",
        "5 s, 5000000000",
        "250, 250000000",
        "2 DAYS, 172800000000000",
        "3h, 10800000000000",
        "7 us, 7000",
        "9ns, 9"
    })
    void shouldReadDurations(String text, long nanos) {
        ConfigOption<Duration> option = ConfigOption.named("d", Duration.class);

        Duration duration = option.parse(text);

        assertThat(duration).isEqualTo(Duration.ofNanos(nanos));
        assertThat(option.parse(option.format(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "1.5 s", "-1 s", "5 parsecs", "99999999999999999 days"})
    void shouldRefuseWhenTextIsNoDuration(String text) {
        assertThatThrownBy(() -> ConfigOption.named("d", Duration.class).parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void shouldReadEveryType() {
        configuration.setString("l", "5000000000");
        configuration.setString("f", "0.5");
        configuration.setString("b", "TRUE");
        configuration.setString("m", "1g");
        configuration.setString("e", "batch");
        configuration.setString("list", "a;b , c");
        configuration.setString("commas", "a,b");
        configuration.setString("map", "x:1,y:2");

        assertThat(configuration.getLong("l", 0)).isEqualTo(5_000_000_000L);
        assertThat(configuration.getFloat("f", 0)).isEqualTo(0.5f);
        assertThat(configuration.getDouble("f", 0)).isEqualTo(0.5);
        assertThat(configuration.getBoolean("b", false)).isTrue();
        assertThat(configuration.get(ConfigOptions.key("m").memoryType().noDefaultValue()))
                .isEqualTo(MemorySize.ofGibiBytes(1));
        assertThat(
                        configuration.get(
                                ConfigOptions.key("e")
                                        .enumType(RuntimeExecutionMode.class)
                                        .noDefaultValue()))
                .isEqualTo(RuntimeExecutionMode.BATCH);
        assertThat(
                        configuration.get(
                                ConfigOptions.key("list").stringType().asList().noDefaultValue()))
                .isEqualTo(List.of("a", "b , c"));
        assertThat(
                        configuration.get(
                                ConfigOptions.key("commas").stringType().asList().noDefaultValue()))
                .isEqualTo(List.of("a", "b"));
        assertThat(configuration.get(ConfigOptions.key("map").mapType().noDefaultValue()))
                .isEqualTo(Map.of("x", "1", "y", "2"));
        assertThat(configuration.get(ConfigOptions.key("none").intType().noDefaultValue()))
                .isNull();
        assertThat(
                        configuration.get(
                                ConfigOptions.key("none").stringType().asList().defaultValues("a")))
                .isEqualTo(List.of("a"));
    }

    @Test
    void shouldNameTheChoicesWhenAnEnumIsMisspelt() {
        assertThatThrownBy(
                        () -> ConfigOption.named("mode", RuntimeExecutionMode.class).parse("BATHC"))
                .hasMessageContaining("STREAMING, BATCH, AUTOMATIC");
    }
}

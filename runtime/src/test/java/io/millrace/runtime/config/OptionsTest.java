package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.millrace.api.ConfigOption;
import io.millrace.api.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks all options. */
class OptionsTest {
    private static final Path PAGE = Path.of("..", "conf", "reference.md");

    /** Enough that every option has one among them that it accepts and that is not its default. */
    private static final List<String> CANDIDATES =
            List.of(
                    "7",
                    "70",
                    "0.3",
                    "1.7",
                    "true",
                    "false",
                    "64k",
                    "7g",
                    "7 s",
                    "90 s",
                    "fixed-delay",
                    "yarn-per-job",
                    "parent-first",
                    "BATCH",
                    "DEBUG",
                    "AT_LEAST_ONCE",
                    "DELETE_ON_CANCELLATION",
                    "CLAIM",
                    "ROCKSDB",
                    "30 d",
                    "/some/path");

    static Stream<ConfigOption<?>> options() {
        return Options.all().stream();
    }

    @ParameterizedTest
    @MethodSource("options")
    <T> void shouldReadItsDefaultAndAnotherValue(ConfigOption<T> option) {
        if (option.hasDefaultValue()) {
            assertThat(option.parse(option.defaultText())).isEqualTo(option.defaultValue());
        }
        String other =
                CANDIDATES.stream()
                        .filter(text -> isOtherValue(option, text))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("No other value for " + option));
        Configuration configuration = new Configuration();
        configuration.setString(option.key(), other);

        ParsedConfiguration parsed = ParsedConfiguration.of(configuration);

        assertThat(parsed.get(option)).isEqualTo(option.parse(other));
        assertThat(parsed.isSet(option)).isTrue();
        assertThat(parsed.origin(option)).isEqualTo(Origin.PROGRAM);
    }

    @ParameterizedTest
    @MethodSource("options")
    void shouldSayWhoReadsItAndWhatItIs(ConfigOption<?> option) {
        assertThat(option.readers()).as("readers").isNotEmpty();
        assertThat(option.description()).as("text").endsWith(".").doesNotContain("|");
        assertThat(KnownKeys.warning(option.key())).as("both built and not built").isEmpty();
        assertThatCode(() -> option.deprecatedKeys().forEach(OptionsTest::requireUnknown))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldHaveACurrentReferencePage() throws IOException {
        assertThat(Files.readString(PAGE))
                .as(
                        "conf/reference.md; write it again with 'java -cp"
                                + " runtime/target/classes:api/target/classes"
                                + " io.millrace.runtime.config.ReferencePage conf/reference.md'")
                .isEqualTo(ReferencePage.text());
    }

    private static void requireUnknown(String olderKey) {
        if (Options.find(olderKey).isPresent() || KnownKeys.warning(olderKey).isPresent()) {
            throw new AssertionError(olderKey + " is an older name and a key of its own");
        }
    }

    private static <T> boolean isOtherValue(ConfigOption<T> option, String text) {
        try {
            Configuration alone = new Configuration();
            alone.setString(option.key(), text);
            ParsedConfiguration.of(alone);
            return !option.parse(text).equals(option.defaultValue());
        } catch (ConfigurationException e) {
            return false; // not of its type, out of range, or not together with the defaults
        }
    }
}

package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParameterToolTest {
    @Test
    void shouldReadKeysWithOneAndTwoDashes() {
        ParameterTool tool = args("--input", "hdfs:///a", "-n", "3", "--rate", "-1.5");
        assertThat(tool.get("input")).isEqualTo("hdfs:///a");
        assertThat(tool.getInt("n")).isEqualTo(3);
        assertThat(tool.getDouble("rate")).isEqualTo(-1.5);
        assertThat(tool.getNumberOfParameters()).isEqualTo(3);
    }

    @Test
    void shouldKnowKeysWithoutValues() {
        ParameterTool tool = args("--verbose", "--input", "a", "--last");
        assertThat(tool.has("verbose")).isTrue();
        assertThat(tool.has("last")).isTrue();
        assertThat(tool.has("other")).isFalse();
        assertThat(tool.get("input")).isEqualTo("a");
        assertThatThrownBy(() -> tool.getInt("verbose"))
                .hasMessageContaining("'verbose' has no value");
    }

    @Test
    void shouldTakeTheLastOfSeveralValues() {
        assertThat(args("--a", "1", "--a", "2").get("a")).isEqualTo("2");
    }

    @Test
    void shouldRefuseValuesWithoutKeys() {
        assertThatThrownBy(() -> args("input"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'input'");
        assertThatThrownBy(() -> args("--a", "1", "2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'2'");
        assertThatThrownBy(() -> args("--")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldUseDefaultsOnlyWhereAKeyIsMissing() {
        ParameterTool tool = args("--n", "5", "--b", "true");
        assertThat(tool.getInt("n", 1)).isEqualTo(5);
        assertThat(tool.getInt("m", 1)).isEqualTo(1);
        assertThat(tool.getLong("n", 1L)).isEqualTo(5L);
        assertThat(tool.getBoolean("b", false)).isTrue();
        assertThat(tool.getBoolean("c", true)).isTrue();
        assertThat(tool.get("x", "y")).isEqualTo("y");
        assertThat(tool.get("x")).isNull();
    }

    @Test
    void shouldNameTheKeyInRefusals() {
        ParameterTool tool = args("--n", "many");
        assertThatThrownBy(() -> tool.getRequired("input"))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("'input'");
        assertThatThrownBy(() -> tool.getInt("n"))
                .isInstanceOf(NumberFormatException.class)
                .hasMessageContaining("'n'")
                .hasMessageContaining("'many'");
        assertThatThrownBy(() -> tool.getLong("n", 3L)).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void shouldReadPropertiesFiles(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("job.properties");
        Files.writeString(file, "a=1\nb = two words\n");
        assertThat(ParameterTool.fromPropertiesFile(file.toString()).toMap())
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "1", "b", "two words"));
        assertThat(
                        ParameterTool.fromPropertiesFile(
                                        new ByteArrayInputStream(
                                                "c=3".getBytes(StandardCharsets.ISO_8859_1)))
                                .getInt("c"))
                .isEqualTo(3);
        assertThatThrownBy(() -> ParameterTool.fromPropertiesFile(file + "x"))
                .hasMessageContaining("job.propertiesx");
    }

    @Test
    void shouldWritePropertiesFilesThatItReads(@TempDir Path folder) throws Exception {
        String path = folder.resolve("out.properties").toString();
        ParameterTool tool = args("--a", "1", "--b", "x y");
        tool.createPropertiesFile(path);
        assertThat(ParameterTool.fromPropertiesFile(path)).isEqualTo(tool);
        assertThatThrownBy(() -> tool.createPropertiesFile(path)).hasMessageContaining("exists");
        tool.createPropertiesFile(path, true);
    }

    @Test
    void shouldLetTheOtherWinWhenMerged() {
        ParameterTool merged = args("--a", "1", "--b", "1").mergeWith(args("--b", "2"));
        assertThat(merged.toMap()).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void shouldKnowWhatNobodyAskedFor() {
        ParameterTool tool = args("--a", "1", "--b", "2");
        tool.get("a");
        assertThat(tool.getUnrequestedParameters()).containsExactly("b");
    }

    @Test
    void shouldGiveTheSameAsPropertiesAndConfiguration() {
        ParameterTool tool = args("--a", "1");
        assertThat(tool.getProperties()).isEqualTo(Map.of("a", "1"));
        assertThat(tool.getConfiguration().getString("a", "")).isEqualTo("1");
    }

    private static ParameterTool args(String... args) {
        return ParameterTool.fromArgs(args);
    }
}

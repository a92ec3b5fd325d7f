package io.millrace.api.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTest {
    @ParameterizedTest
    @CsvSource({
        "/a//b/, /a/b",
        "a/b, a/b",
        "/, /",
        "hdfs://nn:8020/a b, hdfs://nn:8020/a b",
        "hdfs:///a, hdfs:///a",
        "hdfs://nn, hdfs://nn/",
        "file:/tmp/x, file:///tmp/x",
        "/logs/12:30/100%, /logs/12:30/100%",
    })
    void shouldBeWrittenAsItIsRead(String given, String text) {
        Path path = new Path(given);
        assertThat(path).hasToString(text);
        assertThat(new Path(path.toString())).isEqualTo(path);
        assertThat(new Path(path.toUri())).isEqualTo(path);
    }

    @Test
    void shouldTellItsParts() {
        Path path = new Path("hdfs://nn/a/b.txt");
        assertThat(path.getName()).isEqualTo("b.txt");
        assertThat(path.getPath()).isEqualTo("/a/b.txt");
        assertThat(path.getParent()).isEqualTo(new Path("hdfs://nn/a"));
        assertThat(path.getParent().getParent()).isEqualTo(new Path("hdfs://nn/"));
        assertThat(path.getParent().getParent().getParent()).isNull();
        assertThat(path.suffix(".gz")).hasToString("hdfs://nn/a/b.txt.gz");
        assertThat(path.isAbsolute()).isTrue();
        assertThat(new Path("a").isAbsolute()).isFalse();
    }

    @Test
    void shouldNameWhatLiesBelow() {
        assertThat(new Path("hdfs://nn/a", "b/c")).hasToString("hdfs://nn/a/b/c");
        assertThat(new Path(new Path("/"), "/b")).hasToString("/b");
        assertThat(new Path(new Path("/a"), new Path("b"))).hasToString("/a/b");
        assertThat(new Path(new Path("/a"), "c d%")).hasToString("/a/c d%");
    }

    @Test
    void shouldComeFromALocalFile() {
        Path path = Path.fromLocalFile(new File("/tmp/a b"));
        assertThat(path).hasToString("file:///tmp/a b");
        assertThat(path.toUri()).isEqualTo(URI.create("file:/tmp/a%20b"));
    }

    @Test
    void shouldRefuseWhatIsNoPath() {
        assertThatThrownBy(() -> new Path(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A path must not be empty.");
    }
}

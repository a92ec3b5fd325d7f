package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.memory.ClassDataArchive.State;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ClassDataArchiveTest {
    private static final String LIBRARIES =
            "7f00-7f01 r-xp 00000000 08:01 11 /usr/lib/jvm/lib/server/libjvm.so\n";
    private static final String MAPPED =
            LIBRARIES
                    + "800000000-800a00000 rw-p 00001000 08:01 12 /nm/class-data/containers.jsa\n";

    private final Properties properties = new Properties();

    @Test
    void shouldBeInUseWhenItsFileIsMapped() {
        properties.setProperty("millrace.class-data", "class-data/containers.jsa");

        ClassDataArchive archive = ClassDataArchive.of(properties, MAPPED);

        assertThat(archive.state()).isEqualTo(State.IN_USE);
        assertThat(archive.sentence())
                .isEqualTo("The class-data archive class-data/containers.jsa is in use.");
    }

    @Test
    void shouldBeRefusedWhenTheJvmHasGivenItUp() {
        properties.setProperty("millrace.class-data", "class-data/containers.jsa");

        ClassDataArchive archive = ClassDataArchive.of(properties, LIBRARIES);

        assertThat(archive.state()).isEqualTo(State.REFUSED);
        assertThat(archive.sentence())
                .contains("refused", "class-data/containers.jsa", "bin/class-data.sh");
    }

    @Test
    void shouldNameBothJdksWhenTheyDiffer() {
        properties.setProperty("millrace.class-data.jdk", "17.0.15+6");
        properties.setProperty("java.runtime.version", "17.0.9+9");
        properties.setProperty("java.vendor", "Somebody");

        ClassDataArchive archive = ClassDataArchive.of(properties, LIBRARIES);

        assertThat(archive.state()).isEqualTo(State.OTHER_JDK);
        assertThat(archive.sentence())
                .contains("made by Java 17.0.15+6 and this is Java 17.0.9+9 of Somebody");
    }

    @Test
    void shouldSayThatThereIsNone() {
        ClassDataArchive archive = ClassDataArchive.of(properties, LIBRARIES);

        assertThat(archive.state()).isEqualTo(State.NONE);
        assertThat(archive.sentence()).contains("no class-data archive");
    }
}

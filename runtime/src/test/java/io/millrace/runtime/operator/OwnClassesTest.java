package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.generate.ClassCopy;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a record passes through in a chain can have a class of its own in each place. */
class OwnClassesTest {

    @Test
    void shouldCopyAllThatTakesOrMakesRecords() throws Exception {
        List<Class<?>> originals = new ArrayList<>();
        for (Class<?> type : classesOfThePackage()) {
            if (isOnTheWayOfARecord(type)) {
                originals.add(type);
            }
        }

        assertThat(originals).contains(MapOperator.class, SequenceSource.class, EdgeOutput.class);
        for (Class<?> original : originals) {
            ClassCopy.of(MethodHandles.lookup(), original, "place", List.of());
        }
    }

    private static boolean isOnTheWayOfARecord(Class<?> type) {
        return !type.isInterface()
                && !Modifier.isAbstract(type.getModifiers())
                // hands all over to a batch loop, which is copied
                && type != FunctionSource.class
                && (Output.class.isAssignableFrom(type)
                        || Source.class.isAssignableFrom(type)
                        || BatchLoop.class.isAssignableFrom(type));
    }

    private static List<Class<?>> classesOfThePackage() throws Exception {
        Path folder =
                Path.of(Output.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                        .resolve(Output.class.getPackageName().replace('.', '/'));
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class")) {
                    classes.add(named(name.substring(0, name.length() - ".class".length())));
                }
            }
        }
        return classes;
    }

    private static Class<?> named(String simpleName) throws IOException {
        try {
            return Class.forName(
                    Output.class.getPackageName() + "." + simpleName,
                    false,
                    Output.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }
}

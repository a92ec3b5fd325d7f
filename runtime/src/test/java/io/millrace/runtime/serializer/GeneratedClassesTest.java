package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.SampleTypes.Event;
import java.io.IOException;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GeneratedClassesTest {
    private static final TypeInformation<Tuple2<String, Map<String, List<Event>>>> TYPE =
            new TypeHint<Tuple2<String, Map<String, List<Event>>>>() {}.getTypeInfo();

    private static Class<?> generated(TypeInformation<?> type, JobClasses classes) {
        return new SerializerCompiler(classes, Encoding.VALUE).compile(type).getClass();
    }

    private static JobClasses job() {
        return new JobClasses(GeneratedClassesTest.class.getClassLoader());
    }

    @Test
    void shouldMakeOneClassForEachTypeOfAJob() {
        JobClasses classes = job();

        Class<?> first = generated(TYPE, classes);

        assertThat(first.isHidden()).isTrue();
        assertThat(generated(TYPE, classes)).isSameAs(first);
        assertThat(generated(TYPE, job())).isNotSameAs(first);
        TypeInformation<?> other = new TypeHint<Tuple2<String, Long>>() {}.getTypeInfo();
        assertThat(generated(other, classes)).isNotSameAs(first);
        TypeInformation<?> list = new TypeHint<List<Long>>() {}.getTypeInfo();
        TypeInformation<?> texts = new TypeHint<List<String>>() {}.getTypeInfo();
        assertThat(generated(list, classes)).isNotSameAs(generated(texts, classes));
    }

    /** Starts and ends a job that uses its serializers. */
    private static void runJob(ReferenceQueue<Object> ended, Set<Reference<?>> references)
            throws IOException {
        JobClasses classes = job();
        TypeSerializer<Tuple2<String, Map<String, List<Event>>>> serializer =
                Serializers.compile(TYPE, classes);
        Tuple2<String, Map<String, List<Event>>> value =
                new Tuple2<>("a", Map.of("b", List.of(new Event())));
        RecordOutput out = new RecordOutput(16);
        serializer.serialize(value, out);
        RecordInput in = new RecordInput();
        in.reset(out.bytes(), 0, out.length());
        assertThat(serializer.deserialize(in)).isEqualTo(value);
        in.reset(out.bytes(), 0, out.length());
        assertThat(Serializers.fieldReader((CompositeType<?>) TYPE, 0, classes).read(in))
                .isEqualTo("a");
        references.add(new PhantomReference<>(serializer.getClass(), ended));
        references.add(new PhantomReference<>(generated(TYPE, classes), ended));
    }

    @Test
    void shouldUnloadClassesWhenTheirJobHasEnded() throws Exception {
        int jobs = 200;
        ClassLoadingMXBean loading = ManagementFactory.getClassLoadingMXBean();
        ReferenceQueue<Object> ended = new ReferenceQueue<>();
        Set<Reference<?>> alive = new HashSet<>();
        runJob(ended, alive); // what is loaded once for all
        long loadedBefore = loading.getTotalLoadedClassCount();
        long unloadedBefore = loading.getUnloadedClassCount();
        for (int i = 1; i < jobs; i++) {
            runJob(ended, alive);
        }
        long loaded = loading.getTotalLoadedClassCount() - loadedBefore;

        // One collection finds them; a few more in case a reference is on its way.
        for (int i = 0; i < 20 && !alive.isEmpty(); i++) {
            System.gc();
            for (Reference<?> r = ended.remove(500); r != null; r = ended.poll()) {
                alive.remove(r);
            }
        }

        assertThat(alive).as("classes of ended jobs that are still loaded").isEmpty();
        assertThat(loaded).as("classes that %s jobs had", jobs).isGreaterThan(5L * jobs);
        assertThat(loading.getUnloadedClassCount() - unloadedBefore)
                .as("unloaded of the %s that were loaded", loaded)
                .isGreaterThanOrEqualTo(loaded * 9 / 10);
    }
}

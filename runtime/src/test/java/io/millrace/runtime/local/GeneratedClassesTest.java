package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.MapFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classes that are made for a job: whose they are, what they show, when they go. */
@Timeout(300)
class GeneratedClassesTest {
    private static final int JOBS = 200;
    private static final int WARM_UP_JOBS = 30;

    /**
     * Less than half of what the classes of the jobs take; what is there for good grows a little,
     * by what the compiler learns about the engine's own methods.
     */
    private static final long MOST_GROWTH_BYTES = 4 << 20;

    private static final int MOST_CLASSES_MORE = 50;

    private static final Map<String, Set<Class<?>>> CALLERS = new ConcurrentHashMap<>();
    private static final AtomicInteger FAILURES = new AtomicInteger();

    /** Remembers which class has called it. */
    private static final class SeesItsCaller implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final String name;

        SeesItsCaller(String name) {
            this.name = name;
        }

        @Override
        public Long map(Long value) {
            Class<?> caller =
                    StackWalker.getInstance(
                                    Set.of(
                                            StackWalker.Option.RETAIN_CLASS_REFERENCE,
                                            StackWalker.Option.SHOW_HIDDEN_FRAMES))
                            .walk(
                                    frames ->
                                            frames.map(StackWalker.StackFrame::getDeclaringClass)
                                                    .filter(type -> type != getClass())
                                                    .findFirst()
                                                    .orElseThrow());
            CALLERS.computeIfAbsent(name, n -> ConcurrentHashMap.newKeySet()).add(caller);
            return value;
        }
    }

    private static final class Fails implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long value) {
            throw new IllegalStateException("no " + value);
        }
    }

    /** Fails in the first run. */
    private static final class FailsOnce implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long value) {
            if (value == 50 && FAILURES.incrementAndGet() == 1) {
                throw new IllegalStateException("not yet");
            }
            return value;
        }
    }

    @BeforeEach
    void forget() {
        CALLERS.clear();
        FAILURES.set(0);
    }

    @Test
    void shouldHaveOneClassForEachOperatorOfThePlanAndAllItsSubtasks() throws Exception {
        run(
                env ->
                        env.fromSequence(1, 100)
                                .map(new SeesItsCaller("first"))
                                .name("first")
                                .map(new SeesItsCaller("second"))
                                .name("second")
                                .addSink(new DiscardingSink<>()));

        assertThat(CALLERS.get("first")).hasSize(1).doesNotContainAnyElementsOf(second());
        assertThat(second()).hasSize(1).allMatch(Class::isHidden);
        assertThat(second().iterator().next().getSimpleName()).startsWith("MapOperator_second/0x");
    }

    private static Set<Class<?>> second() {
        return CALLERS.get("second");
    }

    @Test
    void shouldKeepTheClassOfAnOperatorOverARestart() throws Exception {
        JobResult result =
                run(
                        env -> {
                            Configuration restarts = new Configuration();
                            restarts.setString("restart-strategy.type", "fixed-delay");
                            restarts.setString("restart-strategy.fixed-delay.attempts", "3");
                            restarts.setString("restart-strategy.fixed-delay.delay", "1 ms");
                            env.configure(restarts);
                            env.fromSequence(1, 100)
                                    .map(new SeesItsCaller("restarted"))
                                    .map(new FailsOnce())
                                    .addSink(new DiscardingSink<>());
                        });

        assertThat(result.state()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertThat(CALLERS.get("restarted")).hasSize(1);
    }

    /** With the option that workers run with, and tests as well. */
    @Test
    void shouldNameTheUsersFunctionFirstAndThenTheOperatorWhenItFails() throws Exception {
        JobResult result =
                run(
                        env ->
                                env.fromSequence(7, 7)
                                        .map(new Fails())
                                        .name("price in EUR")
                                        .addSink(new DiscardingSink<>()));

        assertThat(result.state()).isEqualTo(JobState.FAILED);
        Failure failure = result.failure();
        assertThat(failure.where()).contains("operator 'price in EUR', record '7'");
        assertThat(failure.cause().toString()).isEqualTo("java.lang.IllegalStateException: no 7");
        List<String> frames = failure.cause().frames();
        assertThat(frames.get(0)).contains("GeneratedClassesTest$Fails.map(GeneratedClassesTest");
        assertThat(frames)
                .anySatisfy(
                        frame ->
                                assertThat(frame)
                                        .contains(
                                                ".MapOperator_price_in_EUR.process(MapOperator"
                                                        + ".java:"));
    }

    @Test
    void shouldUnloadTheClassesOfEachJobThatHasEnded() throws Exception {
        for (int i = 0; i < WARM_UP_JOBS; i++) {
            runPairs();
        }
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        long metaspaceBefore = metaspaceAfterCollection();
        int loadedBefore = classes.getLoadedClassCount();
        long totalBefore = classes.getTotalLoadedClassCount();

        for (int i = 0; i < JOBS; i++) {
            runPairs();
        }

        long made = classes.getTotalLoadedClassCount() - totalBefore;
        assertThat(made).as("classes made").isGreaterThan(5 * JOBS);
        awaitUnloaded(classes, loadedBefore + MOST_CLASSES_MORE);
        assertThat(metaspaceAfterCollection())
                .as("bytes of metaspace after %d jobs", JOBS)
                .isLessThan(metaspaceBefore + MOST_GROWTH_BYTES);
    }

    private static void runPairs() throws Exception {
        assertThat(
                        run(env ->
                                        env.fromSequence(1, 50)
                                                .map(n -> Tuple2.of(n % 3, n))
                                                .keyBy(0)
                                                .sum(1)
                                                .filter(pair -> pair.f1 > 3)
                                                .addSink(new DiscardingSink<>()))
                                .state())
                .isEqualTo(JobState.FINISHED);
    }

    /** What the compiler is about to compile, and caches of the JDK's, go a little later. */
    private static void awaitUnloaded(ClassLoadingMXBean classes, int most) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (classes.getLoadedClassCount() > most) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        classes.getLoadedClassCount() + " classes are loaded, not " + most);
            }
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static long metaspaceAfterCollection() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(
                        pool ->
                                Set.of("Metaspace", "Compressed Class Space")
                                        .contains(pool.getName()))
                .map(MemoryPoolMXBean::getUsage)
                .collect(Collectors.summingLong(usage -> usage.getUsed()));
    }

    private static JobResult run(CapturedProgram.Program program) throws Exception {
        return LocalJobs.run(1, 2, CapturedProgram.graph(2, program));
    }
}

package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.transform.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorContextTest {
    @TempDir Path folder;

    @Test
    void shouldUseTheExecutorOfTheThreadWhileItsScopeIsOpen() {
        RecordingExecutor outer = new RecordingExecutor();
        RecordingExecutor inner = new RecordingExecutor();
        try (var outerScope = ExecutorContext.setForThread(outer)) {
            assertThat(ExecutorContext.find()).isSameAs(outer);
            try (var innerScope = ExecutorContext.setForThread(inner)) {
                assertThat(ExecutorContext.find()).isSameAs(inner);
                innerScope.close();
                innerScope.close();
            }
            assertThat(ExecutorContext.find()).isSameAs(outer);
        }
        assertThat(ExecutorContext.ofThread()).isNull();
    }

    @Test
    void shouldRefuseAnotherThreadWhileAProgramIsLaunched() {
        try (var scope = ExecutorContext.setForThread(new RecordingExecutor())) {
            assertThatThrownBy(() -> onAnotherThread(ExecutorContext::find))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("another thread")
                    .hasMessageContaining(Thread.currentThread().getName());
            assertThatThrownBy(() -> onAnotherThread(scope::close))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldRunOnAnotherThreadWhatWasMadeOnTheLaunched() {
        RecordingExecutor executor = new RecordingExecutor();
        try (var scope = ExecutorContext.setForThread(executor)) {
            var env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.fromSequence(1, 3).print();
            onAnotherThread(
                    () -> {
                        try {
                            env.execute();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
        }
        assertThat(executor.executed).hasSize(1);
    }

    @Test
    void shouldNotUseTheLaunchersExecutorForALocalEnvironment() {
        try (var scope = ExecutorContext.setForThread(new RecordingExecutor())) {
            var env = StreamExecutionEnvironment.createLocalEnvironment();
            env.fromSequence(1, 3).print();
            assertThatThrownBy(env::execute)
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("io.millrace:millrace-runtime");
        }
    }

    @Test
    void shouldNameTheArtifactWhenNothingCanRunPrograms() throws Exception {
        try (URLClassLoader loader = loaderWith()) {
            assertThatThrownBy(() -> ExecutorContext.onlyProvider(loader))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("io.millrace:millrace-runtime");
        }
    }

    @Test
    void shouldFindTheOnlyProvider() throws Exception {
        try (URLClassLoader loader = loaderWith(First.class)) {
            assertThat(ExecutorContext.onlyProvider(loader)).isInstanceOf(First.class);
        }
    }

    @Test
    void shouldRefuseTwoProvidersByName() throws Exception {
        try (URLClassLoader loader = loaderWith(First.class, Second.class)) {
            assertThatThrownBy(() -> ExecutorContext.onlyProvider(loader))
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining(First.class.getName())
                    .hasMessageContaining(Second.class.getName());
        }
    }

    @Test
    void shouldNotAskTheContextLoader() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = loaderWith(First.class)) {
            thread.setContextClassLoader(loader);
            assertThatThrownBy(ExecutorContext::find)
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("io.millrace:millrace-runtime");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private URLClassLoader loaderWith(Class<?>... providers) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        StringBuilder names = new StringBuilder();
        for (Class<?> provider : providers) {
            names.append(provider.getName()).append('\n');
        }
        Files.writeString(services.resolve(JobExecutor.class.getName()), names);
        return new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, JobExecutor.class.getClassLoader());
    }

    private static void onAnotherThread(Runnable work) {
        try {
            CompletableFuture.runAsync(work, r -> new Thread(r, "another thread").start())
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new UncheckedIOException(new IOException("not done after 30 s", e));
        }
    }

    /** Runs nothing. */
    public static class First implements JobExecutor {
        @Override
        public JobExecutionResult execute(Pipeline pipeline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String explain(Pipeline pipeline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int defaultParallelism() {
            return 1;
        }
    }

    /** Runs nothing either. */
    public static class Second extends First {}
}

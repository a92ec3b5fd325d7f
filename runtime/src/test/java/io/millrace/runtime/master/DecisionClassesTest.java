package io.millrace.runtime.master;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.worker.TaskManager;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Whatever the simulation runs on one thread under a seed may have no time, chance, thread, socket
 * or file but those that come in by its ports.
 */
class DecisionClassesTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(
                            "io.millrace.runtime.master",
                            "io.millrace.runtime.schedule",
                            "io.millrace.runtime.control",
                            "io.millrace.runtime.checkpoint",
                            "io.millrace.runtime.worker");

    /** In packages that also hold classes which wait for files and threads. */
    private static final List<String> OF_MIXED_PACKAGES =
            List.of(
                    TaskManager.class.getName(),
                    "io.millrace.runtime.worker.WorkerCheckpoints",
                    CheckpointCoordinator.class.getName(),
                    "io.millrace.runtime.checkpoint.CheckpointPreparation",
                    "io.millrace.runtime.checkpoint.PendingCheckpoint",
                    "io.millrace.runtime.checkpoint.RepeatedCalls",
                    "io.millrace.runtime.checkpoint.RetainedCheckpoints",
                    StateAssignment.class.getName());

    private static final DescribedPredicate<JavaClass> DECIDES =
            DescribedPredicate.describe(
                    "decides",
                    c ->
                            c.getPackageName().endsWith(".worker")
                                            || c.getPackageName().endsWith(".checkpoint")
                                    ? OF_MIXED_PACKAGES.stream()
                                            .anyMatch(of -> c.getFullName().startsWith(of))
                                    : true);

    @Test
    void shouldTellTimeByTheirClockOnly() {
        noClasses()
                .that(DECIDES)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat(type(Instant.class).or(type(Clock.class)))
                .check(CLASSES);
    }

    @Test
    void shouldTakeChanceFromTheirRandomOnly() {
        noClasses()
                .that(DECIDES)
                .should()
                .callConstructor(Random.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .orShould()
                .dependOnClassesThat(type(UUID.class))
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoThreadSocketOrFile() {
        noClasses()
                .that(DECIDES)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "java.util.concurrent..",
                                        "java.net..",
                                        "java.nio.file..",
                                        "java.nio.channels..",
                                        "io.netty..")
                                .or(type(Thread.class))
                                .or(type(Timer.class)))
                .check(CLASSES);
    }
}

package io.millrace.dist;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The walls of the house: who may know whom. The same rules stand in docs/design/000. */
class ModuleRulesTest {
    private static final JavaClasses ALL =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.millrace");

    @Test
    void shouldKeepTheEngineOutOfTheApi() {
        noClasses()
                .that()
                .resideInAPackage("io.millrace.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.millrace.runtime..",
                        "io.millrace.hdfs..",
                        "io.millrace.worker..",
                        "io.millrace.master..",
                        "io.millrace.client..",
                        "org.apache..",
                        "io.netty..")
                .check(ALL);
    }

    @Test
    void shouldBuildConnectorsOnTheApiAlone() {
        classes()
                .that()
                .resideInAPackage("io.millrace.connector..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "org.slf4j..", "io.millrace.api..", "io.millrace.connector..")
                .check(ALL);
    }

    @Test
    void shouldKeepHadoopOutOfTheRuntime() {
        noClasses()
                .that()
                .resideInAPackage("io.millrace.runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.hadoop..",
                        "io.millrace.hdfs..",
                        "io.millrace.worker..",
                        "io.millrace.master..",
                        "io.millrace.client..")
                .check(ALL);
    }

    @Test
    void shouldPointFromClientToMasterToStateAndNeverBack() {
        noClasses()
                .that()
                .resideInAPackage("io.millrace.hdfs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.millrace.worker..", "io.millrace.master..", "io.millrace.client..")
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage("io.millrace.master..", "io.millrace.worker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.millrace.client..")
                .check(ALL);
    }

    @Test
    void shouldKeepRocksDbInItsBackend() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.state.rocksdb..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.rocksdb..", "io.millrace.state.rocksdb..")
                .check(ALL);
        classes()
                .that()
                .resideInAPackage("io.millrace.state.rocksdb..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.slf4j..",
                        "org.rocksdb..",
                        "io.millrace.api..",
                        "io.millrace.runtime.config..",
                        "io.millrace.runtime.control..",
                        "io.millrace.runtime.generate..",
                        "io.millrace.runtime.memory..",
                        "io.millrace.runtime.serializer..",
                        "io.millrace.runtime.state..",
                        "io.millrace.state.rocksdb..")
                .check(ALL);
    }

    @Test
    void shouldKeepNettyInTheNetwork() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.runtime.network..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(ALL);
    }

    @Test
    void shouldKeepYarnWhereItIsSpoken() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.millrace.master.yarn..", "io.millrace.worker..", "io.millrace.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.hadoop.yarn..")
                .check(ALL);
    }

    @Test
    void shouldReachHadoopsFileSystemsThroughOurOwnInterface() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.hdfs..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.apache.hadoop.fs.FileSystem")
                .check(ALL);
    }

    @Test
    void shouldReadNoClockAndNoChanceInDecisions() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.millrace.runtime.master..",
                        "io.millrace.runtime.schedule..",
                        "io.millrace.runtime.worker..",
                        "io.millrace.runtime.exchange..",
                        "io.millrace.runtime.checkpoint..",
                        "io.millrace.runtime.coordinate..",
                        "io.millrace.runtime.task..",
                        "io.millrace.runtime.graph..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(ALL);
    }

    @Test
    void shouldNameNoPackageAfterNothing() {
        classes()
                .should()
                .resideOutsideOfPackages("..impl..", "..util..", "..common..", "..internal..")
                .check(ALL);
    }

    @Test
    void shouldHaveNoCyclesBetweenThePackagesOfTheApi() {
        slices().assignedFrom(API_PARTS).should().beFreeOfCycles().check(ALL);
    }

    /**
     * The packages of the API. What a function meets is one part: functions ask for state, timers
     * and windows, and these are made of functions.
     */
    private static final SliceAssignment API_PARTS =
            new SliceAssignment() {
                private static final String API = "io.millrace.api.";
                private static final Set<String> MET_BY_FUNCTIONS =
                        Set.of("function", "state", "time", "window");

                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    String name = type.getPackageName();
                    if (!name.startsWith(API)) {
                        return SliceIdentifier.ignore();
                    }
                    String part = name.substring(API.length()).split("[.]", 2)[0];
                    return SliceIdentifier.of(MET_BY_FUNCTIONS.contains(part) ? "function" : part);
                }

                @Override
                public String getDescription() {
                    return "the packages of the API";
                }
            };
}

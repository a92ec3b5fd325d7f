package io.millrace.client;

import io.millrace.runtime.memory.ClassDataArchive;
import java.nio.file.Path;

/** What {@code bin/millrace} starts. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        ClassDataArchive classData = ClassDataArchive.ofThisProcess();
        if (classData.state() == ClassDataArchive.State.REFUSED) {
            System.err.println("Warning: " + classData.sentence());
        }
        LauncherContext context =
                new LauncherContext(
                        new Terminal(System.out, System.err),
                        configurationDirectory(),
                        YarnDeployer::connect,
                        System::nanoTime,
                        hook -> Runtime.getRuntime().addShutdownHook(new Thread(hook, "ctrl-c")));
        // Hadoop's clients leave threads behind that would keep the process.
        System.exit(new Launcher(context).run(arguments).code());
    }

    /** MILLRACE_CONF_DIR; bin/millrace sets it where the user has not. */
    private static Path configurationDirectory() {
        String directory = System.getenv("MILLRACE_CONF_DIR");
        if (directory == null || directory.isBlank()) {
            directory = System.getProperty("millrace.conf.dir");
        }
        return directory == null || directory.isBlank() ? null : Path.of(directory);
    }
}

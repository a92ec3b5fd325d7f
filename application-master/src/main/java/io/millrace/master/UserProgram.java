package io.millrace.master;

import io.millrace.api.ExecutorContext;
import io.millrace.api.JobExecutor;
import io.millrace.runtime.config.ConfigurationException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * A user's {@code main} with its jars: run by the launcher or by the application master, with
 * {@code execute()} leading to an executor of theirs.
 *
 * @param jars the first is the one that was submitted
 * @param entryClass or null for the {@code Main-Class} of the first jar
 */
public record UserProgram(List<URL> jars, String entryClass, List<String> arguments) {

    public UserProgram {
        jars = List.copyOf(jars);
        arguments = List.copyOf(arguments);
    }

    /** URLs of the user's, e.g. of {@code pipeline.classpaths}. */
    public static List<URL> urls(List<String> texts) {
        List<URL> urls = new ArrayList<>();
        for (String text : texts) {
            try {
                urls.add(URI.create(text).toURL());
            } catch (MalformedURLException | IllegalArgumentException e) {
                throw new ConfigurationException(
                        text
                                + " (pipeline.classpaths, -C) is no URL that Java can read: name a"
                                + " file: or http: URL that is the same on every node.",
                        e);
            }
        }
        return urls;
    }

    /**
     * Finds {@code main}.
     *
     * @throws ConfigurationException if there is none; the message is for the user
     */
    public Method main(ClassLoader loader) {
        String name = entryClass != null ? entryClass : manifestClass();
        Class<?> entry;
        try {
            entry = Class.forName(name, false, loader);
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw new ConfigurationException(
                    "Entry class "
                            + name
                            + " is not in "
                            + jarNames()
                            + (e instanceof NoClassDefFoundError
                                    ? " with all that it needs (" + e.getMessage() + ")"
                                    : "")
                            + ": name it with -c, as package.Class.",
                    e);
        }
        try {
            Method main = entry.getMethod("main", String[].class);
            if (Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class) {
                main.setAccessible(true);
                return main;
            }
        } catch (NoSuchMethodException | NoClassDefFoundError e) {
            throw new ConfigurationException(noMain(name), e);
        }
        throw new ConfigurationException(noMain(name));
    }

    private static String noMain(String name) {
        return "Entry class " + name + " has no public static void main(String[]).";
    }

    /**
     * Runs {@code main} on this thread, to its end.
     *
     * @throws Throwable whatever {@code main} throws, unwrapped
     */
    public void run(ClassLoader loader, JobExecutor executor) throws Throwable {
        Method main = main(loader);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try (ExecutorContext.Scope scope = ExecutorContext.setForThread(executor)) {
            main.invoke(null, (Object) arguments.toArray(String[]::new));
        } catch (InvocationTargetException e) {
            throw withoutOurFrames(e.getCause());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** What lies below main is of no interest to whoever wrote it. */
    private static Throwable withoutOurFrames(Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < frames.length; i++) {
            if (frames[i].getClassName().startsWith("jdk.internal.reflect.")) {
                thrown.setStackTrace(Arrays.copyOf(frames, i));
                break;
            }
        }
        return thrown;
    }

    private String manifestClass() {
        String jar = jarNames();
        try (JarFile file = new JarFile(new File(jars.get(0).toURI()))) {
            Manifest manifest = file.getManifest();
            String name =
                    manifest == null
                            ? null
                            : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            if (name == null) {
                throw new ConfigurationException(
                        "The manifest of "
                                + jar
                                + " names no Main-Class: name the entry class with -c.");
            }
            return name.strip();
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    jar + " is no readable jar: " + e.getMessage() + ".", e);
        }
    }

    private String jarNames() {
        return jars.isEmpty()
                ? "the class path (no jar was given)"
                : new File(jars.get(0).getPath()).getName();
    }
}

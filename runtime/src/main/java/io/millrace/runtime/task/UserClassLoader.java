package io.millrace.runtime.task;

import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads the user's classes from the user's jars before ours are asked, so that a job brings the
 * versions of its libraries that it was tested with.
 *
 * <p>Invariant: what the user and the engine speak to each other with is the engine's own, also if
 * a jar bundles it: the API, the JDK and the logging facade. Otherwise every cast between them
 * fails.
 *
 * <p>Threads: any; one loader for each job and process, kept over the job's restarts.
 */
public final class UserClassLoader extends URLClassLoader {

    /** Beginnings of the names of classes that the parent is asked for first. */
    private static final List<String> PARENT_FIRST =
            List.of(
                    "java.",
                    "javax.",
                    "jdk.",
                    "sun.",
                    "io.millrace.",
                    "org.slf4j.",
                    "org.apache.logging.log4j.",
                    "org.apache.log4j.",
                    "org.apache.commons.logging.");

    static {
        registerAsParallelCapable();
    }

    private final boolean childFirst;
    private final List<String> parentFirst;

    private UserClassLoader(
            URL[] jars, ClassLoader parent, boolean childFirst, List<String> parentFirst) {
        super("user code", jars, parent);
        this.childFirst = childFirst;
        this.parentFirst = parentFirst;
    }

    /**
     * Loads from the jars, in that order, and else from the parent; what goes first, apart from the
     * names that always are the parent's, is {@code classloader.resolve-order} and {@code
     * classloader.parent-first-patterns.additional}.
     */
    public static UserClassLoader of(
            List<URL> jars, ClassLoader parent, ParsedConfiguration options) {
        List<String> parentFirst = new ArrayList<>(PARENT_FIRST);
        parentFirst.addAll(
                options.getIfSet(DeploymentOptions.PARENT_FIRST_ADDITIONAL).orElse(List.of()));
        return new UserClassLoader(
                jars.toArray(URL[]::new),
                parent,
                options.get(DeploymentOptions.RESOLVE_ORDER)
                        == DeploymentOptions.ResolveOrder.CHILD_FIRST,
                List.copyOf(parentFirst));
    }

    /** The jars of a folder, by name; none if there is no such folder. */
    public static List<URL> jarsIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<URL> jars = new ArrayList<>();
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
                jars.add(url(jar));
            }
            return jars;
        } catch (IOException e) {
            throw new UncheckedIOException("The user's jars in " + folder + " cannot be listed", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(jar + " has no URL", e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                loaded = childFirst && !isParentFirst(name) ? findOwn(name) : null;
            }
            if (loaded == null) {
                // asks the parent, and then the jars again
                return super.loadClass(name, resolve);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    private Class<?> findOwn(String name) {
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private boolean isParentFirst(String name) {
        for (String beginning : parentFirst) {
            if (name.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public URL getResource(String name) {
        URL own = childFirst ? findResource(name) : null;
        return own != null ? own : super.getResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!childFirst) {
            return super.getResources(name);
        }
        List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
        if (getParent() != null) {
            all.addAll(Collections.list(getParent().getResources(name)));
        }
        return Collections.enumeration(all);
    }
}

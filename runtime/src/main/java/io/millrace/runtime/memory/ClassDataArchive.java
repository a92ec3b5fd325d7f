package io.millrace.runtime.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Whether this process was started from the distribution's class-data archive, which makes it start
 * in half of the time or less; without it everything works the same.
 *
 * <p>Known from the process's memory map rather than from the JVM's flags: a JVM that refuses an
 * archive takes its file out of its memory again.
 *
 * @param archive path as the JVM was given it; null if it was given none
 */
public record ClassDataArchive(State state, String archive, String sentence) {

    /** Path of the archive that the JVM was told to use. */
    static final String ARCHIVE_PROPERTY = "millrace.class-data";

    /** Version of the JDK that made the archive, where this process runs on another one. */
    static final String OTHER_JDK_PROPERTY = "millrace.class-data.jdk";

    private static final Path MEMORY_MAP = Path.of("/proc/self/maps");

    /** How it is. */
    public enum State {
        /** Classes come from it. */
        IN_USE,
        /** The distribution has none. */
        NONE,
        /** It was made by another JDK than this process's. */
        OTHER_JDK,
        /** The JVM was given it and did not take it. */
        REFUSED,
    }

    /** Looks at this process. */
    public static ClassDataArchive ofThisProcess() {
        String map;
        try {
            map = Files.readString(MEMORY_MAP);
        } catch (IOException e) {
            map = ""; // without /proc it cannot be known
        }
        return of(System.getProperties(), map);
    }

    /**
     * Judges a process.
     *
     * @param memoryMap one line for each mapped region, with the path of its file at the end
     */
    static ClassDataArchive of(Properties properties, String memoryMap) {
        String archive = properties.getProperty(ARCHIVE_PROPERTY);
        String otherJdk = properties.getProperty(OTHER_JDK_PROPERTY);
        if (otherJdk != null) {
            return new ClassDataArchive(
                    State.OTHER_JDK,
                    null,
                    "The class-data archive is not used: it was made by Java "
                            + otherJdk
                            + " and this is Java "
                            + properties.getProperty("java.runtime.version")
                            + " of "
                            + properties.getProperty("java.vendor")
                            + ", so that this process took longer to start. To make it for the"
                            + " nodes' JDK: bin/class-data.sh.");
        }
        if (archive == null) {
            return new ClassDataArchive(
                    State.NONE,
                    null,
                    "There is no class-data archive, so that this process took longer to start. To"
                            + " make one: bin/class-data.sh.");
        }
        String name = archive.substring(archive.lastIndexOf('/') + 1);
        if (memoryMap.lines().anyMatch(line -> line.endsWith("/" + name))) {
            return new ClassDataArchive(
                    State.IN_USE, archive, "The class-data archive " + archive + " is in use.");
        }
        return new ClassDataArchive(
                State.REFUSED,
                archive,
                "The JVM refused the class-data archive "
                        + archive
                        + ", so that this process took longer to start: a jar has another time or"
                        + " size than when the archive was made, or the heap is beyond 32 GiB, or"
                        + " class-data sharing is switched off (-Xlog:class+path,cds tells which)."
                        + " To make it anew: bin/class-data.sh.");
    }
}

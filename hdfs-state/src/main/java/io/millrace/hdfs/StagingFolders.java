package io.millrace.hdfs;

import io.millrace.api.fs.FileStatus;
import io.millrace.runtime.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The folders in which an application keeps what it needs only while it runs: {@code
 * (staging)/.millrace/application_x/}, for their owner alone. The file {@code cache-keys} there has
 * the keys of {@link ContentCache} that the application is started from, one a line, in ASCII.
 *
 * <p>Threads: any.
 */
public final class StagingFolders {
    private static final Pattern APPLICATION = Pattern.compile("application_\\d+_\\d+");
    private static final Duration SWEPT_AFTER = Duration.ofDays(1);
    private static final String CACHE_KEYS = "cache-keys";

    private final HadoopFileSystem files;
    private final URI base;
    private final Clock clock;

    /**
     * The staging folders of a user.
     *
     * @param staging the option {@code yarn.staging-directory}; empty for the user's home folder
     */
    public StagingFolders(HadoopFileSystem files, String staging, Clock clock) {
        this.files = files;
        this.base =
                files.qualify(
                        staging.isEmpty()
                                ? files.hadoop().getHomeDirectory() + "/.millrace"
                                : staging + "/.millrace");
        this.clock = clock;
    }

    /** What all of the user's applications share; {@link ContentCache} lies in it. */
    public URI base() {
        return base;
    }

    /** Folder of an application, whether it is there or not. */
    public URI of(String application) {
        if (!APPLICATION.matcher(application).matches()) {
            throw new IllegalArgumentException("Not the id of an application: " + application);
        }
        return FileSystems.below(base, application);
    }

    /** Makes an application's folder. */
    public URI create(String application) throws IOException {
        URI folder = of(application);
        files.makePrivateFolder(base);
        files.makePrivateFolder(folder);
        return folder;
    }

    /**
     * Writes down what of the cache an application is started from.
     *
     * @return when that was, by the file system's clock
     */
    public long writeCacheKeys(String application, Collection<String> keys) throws IOException {
        URI file = FileSystems.below(of(application), CACHE_KEYS);
        try (OutputStream out = files.create(file, false)) {
            out.write((String.join("\n", keys) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return files.status(file).modifiedMillis();
    }

    /**
     * The keys of the cache that applications are started from whose folders are there.
     *
     * @return empty if one has not said so yet, or its folder is just being removed
     */
    public Optional<Set<String>> cacheKeys() throws IOException {
        Set<String> keys = new HashSet<>();
        for (FileStatus folder : files.list(base)) {
            if (folder.folder() && APPLICATION.matcher(JobRecord.name(folder.path())).matches()) {
                try (InputStream in = files.open(FileSystems.below(folder.path(), CACHE_KEYS), 0)) {
                    new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                            .lines()
                            .forEach(keys::add);
                } catch (FileNotFoundException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(keys);
    }

    /** Removes an application's folder; false if there was none. */
    public boolean delete(String application) throws IOException {
        return files.delete(of(application));
    }

    /**
     * Removes what applications have left that died before they could clean up: the folders that
     * are older than a day and whose application has ended.
     *
     * @param ended asks the resource manager; true only if nothing of the application runs
     * @return the ids of those whose folder was removed
     */
    public List<String> sweep(Predicate<String> ended) throws IOException {
        List<String> swept = new ArrayList<>();
        List<FileStatus> there;
        try {
            there = files.list(base);
        } catch (FileNotFoundException e) {
            return swept;
        }
        long before = clock.instant().minus(SWEPT_AFTER).toEpochMilli();
        for (FileStatus folder : there) {
            String name = JobRecord.name(folder.path());
            if (folder.folder()
                    && APPLICATION.matcher(name).matches()
                    && folder.modifiedMillis() < before
                    && ended.test(name)
                    && files.delete(folder.path())) {
                swept.add(name);
            }
        }
        return swept;
    }
}

package io.millrace.hdfs;

import io.millrace.api.fs.FileStatus;
import io.millrace.runtime.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Files that containers localize, uploaded once for each content.
 *
 * <p>Format: {@code (base)/cache/(key)/(name)}, where the key is the SHA-256 of the content, or one
 * that the caller has for content that is costly to make; written as {@code (name).(random).tmp}
 * beside it and renamed when complete, so what has the name is whole. A file is never changed or
 * touched afterwards, as YARN refuses one whose length or time has changed since submission. The
 * base is for its owner alone. {@code (base)/cache/(key)/last-use.(random)} is empty and as old as
 * the last submission that has found the key there; one key may have two for a moment.
 *
 * <p>What was not used for long is removed by {@link #sweep}, in an order that leaves alone what a
 * submission finds at that very moment: whoever finds a file makes the mark of its use, and looks
 * for the file again; whoever sweeps moves the key's folder aside, looks for a mark again, and
 * moves it back if there is one.
 *
 * <p>Threads: any; several processes may upload the same content at once: one of them wins, and the
 * others use what it made.
 */
public final class ContentCache {
    private static final int COPY_BYTES = 1 << 20;
    private static final long ANY_LENGTH = -1;
    private static final String CACHE = "cache";
    private static final String LAST_USE = "last-use.";

    private final HadoopFileSystem files;
    private final URI base;
    private final Supplier<String> random;

    /**
     * A cache.
     *
     * @param base the user's staging folder; made if it is not there, and its permission set to
     *     0700
     * @param random letters and digits, different at each call and in each process
     */
    public ContentCache(HadoopFileSystem files, String base, Supplier<String> random) {
        this.files = files;
        this.base = files.qualify(base);
        this.random = random;
    }

    /** Uploads a local file unless its content is there under that name, and says where it is. */
    public Cached put(Path local) throws IOException {
        return put(local, local.getFileName().toString());
    }

    /** As {@link #put(Path)}, under another name. */
    public Cached put(Path local, String name) throws IOException {
        return put(sha256(local), name, Files.size(local), () -> local);
    }

    /**
     * As {@link #put(Path)}, for content that is made only where it is needed.
     *
     * @param key hexadecimal digits that differ wherever the content does
     * @param content makes the local file
     */
    public Cached put(String key, String name, Content content) throws IOException {
        return put(key, name, ANY_LENGTH, content);
    }

    private Cached put(String key, String name, long knownLength, Content content)
            throws IOException {
        URI folder = FileSystems.below(FileSystems.below(base, CACHE), key);
        URI target = FileSystems.below(folder, name);
        Cached there = find(target, knownLength);
        if (there != null) {
            markUse(folder);
            if (there.equals(find(target, knownLength))) {
                return there;
            }
        }
        Path local = content.make();
        long length = Files.size(local);
        files.makePrivateFolder(base);
        URI draft = FileSystems.below(folder, name + "." + random.get() + ".tmp");
        try {
            upload(local, draft);
            try {
                files.rename(draft, target);
            } catch (FileAlreadyExistsException e) {
                files.delete(draft); // another upload of the same content was faster
            }
        } catch (IOException e) {
            // The rename may have been done although the answer was lost.
            there = find(target, length);
            if (there != null) {
                return there;
            }
            files.delete(draft);
            throw new IOException("Uploading " + local + " to " + target + " failed: " + e, e);
        }
        there = find(target, length);
        if (there == null) {
            throw new IOException(
                    "The file "
                            + target
                            + " is gone or not "
                            + length
                            + " bytes long right after it was uploaded; is something else removing"
                            + " files there? Delete its folder and submit again.");
        }
        return there;
    }

    /** Null if it is not there, or was cut short by somebody's hand. */
    private Cached find(URI target, long length) throws IOException {
        try {
            var status = files.status(target);
            boolean whole = length == ANY_LENGTH ? status.length() > 0 : status.length() == length;
            if (status.folder() || !whole) {
                files.delete(target);
                return null;
            }
            return new Cached(target, status.length(), status.modifiedMillis());
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** Makes the newest mark; those that are older go. */
    private void markUse(URI folder) throws IOException {
        URI mark = FileSystems.below(folder, LAST_USE + random.get());
        files.create(mark, false).close();
        List<FileStatus> marks =
                files.list(folder).stream()
                        .filter(file -> JobRecord.name(file.path()).startsWith(LAST_USE))
                        .toList();
        long newest = marks.stream().mapToLong(FileStatus::modifiedMillis).max().orElse(0);
        for (FileStatus each : marks) {
            if (each.modifiedMillis() < newest) {
                files.delete(each.path());
            }
        }
    }

    /**
     * Removes the keys that were neither uploaded nor found since a moment, and that no application
     * is started from.
     *
     * @param usedSinceMillis of the file system's own clock; so long before now that a submission
     *     which has found a file then has ended
     * @param inUse whether an application that has not ended may localize the files of a key
     * @return keys that were removed
     */
    public List<String> sweep(long usedSinceMillis, Predicate<String> inUse) throws IOException {
        List<FileStatus> folders;
        try {
            folders = files.list(FileSystems.below(base, CACHE));
        } catch (FileNotFoundException e) {
            return List.of();
        }
        List<String> swept = new ArrayList<>();
        for (FileStatus folder : folders) {
            String key = JobRecord.name(folder.path());
            if (folder.folder()
                    && folder.modifiedMillis() < usedSinceMillis
                    && isUnused(folder.path(), usedSinceMillis)
                    && !inUse.test(key)
                    && remove(folder.path(), usedSinceMillis)) {
                swept.add(key);
            }
        }
        return swept;
    }

    private boolean isUnused(URI folder, long sinceMillis) throws IOException {
        return files.list(folder).stream().allMatch(file -> file.modifiedMillis() < sinceMillis);
    }

    private boolean remove(URI folder, long usedSinceMillis) throws IOException {
        URI aside = URI.create(folder + "." + random.get() + ".swept");
        try {
            files.rename(folder, aside);
        } catch (FileNotFoundException e) {
            return false; // somebody else sweeps, too
        }
        if (isUnused(aside, usedSinceMillis)) {
            return files.delete(aside);
        }
        try {
            files.rename(aside, folder);
        } catch (FileAlreadyExistsException e) {
            files.delete(aside); // it was uploaded anew at once
        }
        return false;
    }

    private void upload(Path local, URI draft) throws IOException {
        byte[] bytes = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(local);
                OutputStream out = files.create(draft, false)) {
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                out.write(bytes, 0, read);
            }
        }
    }

    private static String sha256(Path local) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
        byte[] bytes = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(local)) {
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                digest.update(bytes, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * A file in the cache: what YARN wants to know of a resource.
     *
     * @param length in bytes
     * @param modifiedMillis wall-clock time, as the file system has it
     */
    public record Cached(URI path, long length, long modifiedMillis) {}

    /** The key of a file in the cache. */
    public static String keyOf(URI path) {
        String[] names = path.getPath().split("/");
        return names.length < 2 ? "" : names[names.length - 2];
    }

    /** What a key stands for. */
    @FunctionalInterface
    public interface Content {
        /** Makes the local file; called at most once. */
        Path make() throws IOException;
    }
}

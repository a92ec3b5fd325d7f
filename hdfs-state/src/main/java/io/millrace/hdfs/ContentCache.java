package io.millrace.hdfs;

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
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * Files that containers localize, uploaded once for each content.
 *
 * <p>Format: {@code (base)/cache/(sha-256 of the content)/(name)}; written as {@code
 * (name).(random).tmp} beside it and renamed when complete, so what has the name is whole. A file
 * is never changed or touched afterwards, as YARN refuses one whose length or time has changed
 * since submission. The base is for its owner alone.
 *
 * <p>Threads: any; several processes may upload the same content at once: one of them wins, and the
 * others use what it made.
 */
public final class ContentCache {
    private static final int COPY_BYTES = 1 << 20;

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
        String hash = sha256(local);
        long length = Files.size(local);
        URI folder = FileSystems.below(FileSystems.below(base, "cache"), hash);
        URI target = FileSystems.below(folder, name);
        Cached there = find(target, hash, length);
        if (there != null) {
            return there;
        }
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
            there = find(target, hash, length);
            if (there != null) {
                return there;
            }
            files.delete(draft);
            throw new IOException("Uploading " + local + " to " + target + " failed: " + e, e);
        }
        there = find(target, hash, length);
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
    private Cached find(URI target, String hash, long length) throws IOException {
        try {
            var status = files.status(target);
            if (status.folder() || status.length() != length) {
                files.delete(target);
                return null;
            }
            return new Cached(target, status.length(), status.modifiedMillis(), hash);
        } catch (FileNotFoundException e) {
            return null;
        }
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
    public record Cached(URI path, long length, long modifiedMillis, String sha256) {}
}

package io.millrace.api.fs;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Names a file or folder: {@code hdfs://host/folder/file}, {@code file:///tmp/x}, or {@code /tmp/x}
 * on the default file system.
 *
 * <p>Shape: immutable. What is given is not encoded: {@code %20} is three characters of a name.
 * Slashes are one each, and there is none at the end but that of the root.
 */
public final class Path implements Serializable, Comparable<Path> {
    private static final long serialVersionUID = 1L;
    public static final String SEPARATOR = "/";

    private final URI uri;

    /**
     * @throws IllegalArgumentException if it is empty or no path
     */
    public Path(String path) {
        this.uri = parse(path);
    }

    public Path(URI uri) {
        this.uri = requireNonNull(uri, "uri");
    }

    public Path(String parent, String child) {
        this(new Path(parent), child);
    }

    /** What lies below a folder; a slash at the beginning of the child is left out. */
    public Path(Path parent, String child) {
        this.uri = below(parent.uri, child);
    }

    public Path(Path parent, Path child) {
        this(parent, child.uri.getPath());
    }

    public static Path fromLocalFile(File file) {
        return new Path(file.toURI());
    }

    private static URI parse(String path) {
        if (path == null || path.isBlank()) {
            throw new IllegalArgumentException("A path must not be empty.");
        }
        // a colon behind a slash belongs to a name, as in logs/12:30
        int colon = path.indexOf(':');
        int slash = path.indexOf('/');
        boolean hasScheme = colon > 0 && (slash < 0 || colon < slash);
        String scheme = hasScheme ? path.substring(0, colon) : null;
        String rest = hasScheme ? path.substring(colon + 1) : path;
        String authority = null;
        if (rest.startsWith("//") && hasScheme) {
            int end = rest.indexOf('/', 2);
            authority = end < 0 ? rest.substring(2) : rest.substring(2, end);
            rest = end < 0 ? SEPARATOR : rest.substring(end);
        }
        return uri(scheme, authority, rest);
    }

    private static URI below(URI parent, String child) {
        String trimmed = child.replaceFirst("^/+", "");
        return uri(
                parent.getScheme(),
                parent.getAuthority(),
                trimmed.isEmpty() ? parent.getPath() : parent.getPath() + SEPARATOR + trimmed);
    }

    private static URI uri(String scheme, String authority, String path) {
        String clean = path.replaceAll("/+", SEPARATOR);
        if (clean.length() > 1 && clean.endsWith(SEPARATOR)) {
            clean = clean.substring(0, clean.length() - 1);
        }
        // without a scheme a colon in the first name would be taken for one
        boolean ambiguous =
                scheme == null
                        && !clean.startsWith(SEPARATOR)
                        && clean.split(SEPARATOR, 2)[0].contains(":");
        String name = ambiguous ? "./" + clean : clean;
        try {
            // an empty authority writes file:/x as file:///x
            return new URI(
                    scheme, scheme != null && authority == null ? "" : authority, name, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("Not a path: " + path + ": " + e.getMessage(), e);
        }
    }

    public URI toUri() {
        return uri;
    }

    /** Without scheme and host. */
    public String getPath() {
        return uri.getPath();
    }

    /** The last part; empty for the root. */
    public String getName() {
        String path = uri.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The folder it lies in; null for the root. */
    public Path getParent() {
        String path = uri.getPath();
        int last = path.lastIndexOf('/');
        if (last < 0 || path.equals(SEPARATOR)) {
            return null;
        }
        return new Path(
                uri(
                        uri.getScheme(),
                        uri.getAuthority(),
                        last == 0 ? SEPARATOR : path.substring(0, last)));
    }

    /** A path with something more at the end of its name. */
    public Path suffix(String suffix) {
        return new Path(uri(uri.getScheme(), uri.getAuthority(), uri.getPath() + suffix));
    }

    public boolean isAbsolute() {
        return uri.getPath().startsWith(SEPARATOR);
    }

    /** The file system that it lies on. */
    public FileSystem getFileSystem() throws IOException {
        return FileSystem.get(uri);
    }

    @Override
    public int compareTo(Path other) {
        return uri.compareTo(other.uri);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Path that && uri.equals(that.uri);
    }

    @Override
    public int hashCode() {
        return uri.hashCode();
    }

    /** As it may be given to the constructor: not encoded. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (uri.getScheme() != null) {
            text.append(uri.getScheme()).append("://");
            text.append(uri.getAuthority() == null ? "" : uri.getAuthority());
        }
        return text.append(uri.getPath()).toString();
    }
}

package io.millrace.api.fs;

import java.io.IOException;

/**
 * There is no file system for a path: nobody serves its scheme, a jar is missing, or its host is
 * not known. The message is a sentence for the user.
 */
public final class NoFileSystemException extends IOException {
    private static final long serialVersionUID = 1L;

    public NoFileSystemException(String sentence) {
        super(sentence);
    }

    public NoFileSystemException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}

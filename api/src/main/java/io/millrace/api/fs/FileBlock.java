package io.millrace.api.fs;

import java.util.List;

/**
 * A run of bytes of a file that lies on certain hosts.
 *
 * @param offset in bytes from the start of the file
 * @param length in bytes
 * @param hosts names of the hosts that hold it; empty if unknown
 */
public record FileBlock(long offset, long length, List<String> hosts) {
    public FileBlock {
        hosts = List.copyOf(hosts);
    }
}

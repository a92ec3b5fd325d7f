package io.millrace.connector.file;

import io.millrace.api.fs.FileRange;
import io.millrace.api.source.SourceSplit;
import java.util.List;

/**
 * A part of a file, and how far it was read.
 *
 * @param range the whole part
 * @param hosts that have it on their disks; may be empty
 * @param position where the next record begins, -1 if that is the beginning of the part or is not
 *     known
 * @param recordsToSkip from there, because they were read before
 */
public record FileSourceSplit(
        FileRange range, List<String> hosts, long position, long recordsToSkip)
        implements SourceSplit {
    public FileSourceSplit {
        hosts = List.copyOf(hosts);
    }

    @Override
    public String splitId() {
        return range.path() + "@" + range.offset();
    }
}

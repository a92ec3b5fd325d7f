package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Finds one field in the bytes of a record.
 *
 * <p>Public for the sake of generated classes.
 */
public interface FieldSeeker {

    /**
     * Moves from the beginning of a record to the field.
     *
     * @return 0 if the field is next; {@link FlaggedSerializer#NULL_PARTS} if it is null; {@link
     *     FlaggedSerializer#OTHER_CLASS} if the record is of another class, whose name is next
     */
    int seek(RecordInput in) throws IOException;

    /** For a record that is null. */
    static IOException nullRecord(String type) {
        return new IOException("A " + type + " is null where a field of it is asked for");
    }
}

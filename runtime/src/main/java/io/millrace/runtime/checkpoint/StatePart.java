package io.millrace.runtime.checkpoint;

/**
 * One state of one operator in one subtask, and where its bytes lie in the file of its worker.
 *
 * @param kind how it is dealt out when the parallelism changes
 * @param name of the state in its operator; of the edge that a channel belongs to
 * @param type what its values were written as, for the comparison with what they are to be read as
 * @param elements number of elements of a list; of a channel, how many subtasks are at the end of
 *     its edge at which it was not saved; 0 for keyed state
 * @param firstGroup first key group of keyed state; the writer's subtask of a channel; 0 of a list
 * @param lastGroup last key group of keyed state; the reader's subtask of a channel; 0 of a list
 * @param offset of its first byte in the file
 * @param length in bytes
 * @param crc CRC32C of all its bytes
 */
public record StatePart(
        Kind kind,
        String name,
        String type,
        int elements,
        int firstGroup,
        int lastGroup,
        long offset,
        long length,
        int crc) {

    /** How a state is dealt out to the subtasks that restore it. The order is the format. */
    public enum Kind {
        /** Each element goes to one subtask. */
        SPLIT_LIST,
        /** Each subtask gets all elements of all subtasks. */
        UNION_LIST,
        /** All subtasks had the same; each gets it once. */
        BROADCAST,
        /** Each subtask gets the key groups that it owns. */
        KEYED,
        /** Lay in a channel where it is read; goes to whoever reads the records now. */
        RECEIVED,
        /** Lay in a channel where it is written; goes to whoever reads the records now. */
        UNSENT;

        /** Whether it lay in a channel, and is no operator's. */
        public boolean isInFlight() {
            return this == RECEIVED || this == UNSENT;
        }
    }
}

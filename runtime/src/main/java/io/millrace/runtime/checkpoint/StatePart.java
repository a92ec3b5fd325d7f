package io.millrace.runtime.checkpoint;

/**
 * One state of one operator in one subtask, and where its bytes lie in the file of its worker.
 *
 * @param kind how it is dealt out when the parallelism changes
 * @param name of the state in its operator
 * @param type what its values were written as, for the comparison with what they are to be read as
 * @param elements number of elements of a list; 0 for keyed state
 * @param firstGroup first key group of keyed state; 0 otherwise
 * @param lastGroup last key group of keyed state; 0 otherwise
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
        KEYED
    }
}

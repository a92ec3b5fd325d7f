package io.millrace.runtime.state;

/**
 * The bytes of a snapshot of keyed state.
 *
 * <p>Full and incremental snapshots and the canonical ones of savepoints have the same format; it
 * names nothing of how entries lie in memory, so that another layout or backend can read it.
 *
 * <p>Format: numbers big-endian; texts a length (4) and UTF-8; variable-length numbers seven bits a
 * byte, least first. Positions are counted from the snapshot's first byte. Each checksum is the
 * CRC32C of all that stands before it in its part.
 *
 * <pre>
 *   snapshot    header, blocks, directory, footer
 *   header      magic 4, version 4, bytes of the rest without checksum 4;
 *               checkpoint id 8, base's checkpoint id 8 (-1: none), kind 1 ({@link SnapshotKind}),
 *               first key group 4, last key group 4, number of key groups of the job vertex 4, key's
 *               type text, number of states 4, states; checksum 4
 *   state       id 4, kind 1, namespace's kind 1, 1 if values are fixed 1, 1 if entries have a time
 *               of last use 1, name text, namespace's type text, part's type text, value's type text
 *               (see {@link StateDefinition.Shape})
 *   block       key group 4, bytes of the records 4, records, checksum 4
 *   record      (state id, 1 bit: 1 if removed) variable, bytes of key variable, bytes of namespace
 *               and part variable, key, namespace, part; unless removed: time of last use 8 if
 *               entries have one, bytes of value variable, value
 *   directory   number of key groups that have blocks 4, of each: key group 4, position of its first
 *               block 8, bytes of its blocks 8; checksum 4
 *   footer      position of the directory 8, bytes of the directory 4, version 4, magic 4, checksum 4
 * </pre>
 *
 * <p>Keys are the canonical bytes of {@link io.millrace.runtime.serializer.KeySerializers}, or
 * eight bytes ({@link FixedCodec}). Namespace and part are as in {@link EntryLog}. Values are what
 * their serializer writes, or eight bytes; the first piece of a list begins with the number of
 * pieces (4), and the elements of all pieces follow each other. Where a record comes twice, the
 * later one, and that of the later snapshot, is right. In a canonical snapshot states are numbered
 * by name, and the records of a key group come by key, state, namespace and part, bytes compared
 * unsigned.
 */
final class SnapshotFormat {
    static final int MAGIC = 0x4d524b53;
    static final int VERSION = 1;
    static final int FOOTER_BYTES = 24;

    /** A block ends when it has as many; larger only if one record is. */
    static final int BLOCK_BYTES = 64 << 10;

    private SnapshotFormat() {}
}

package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.serializer.TypeShape;

/**
 * What is known of one named state: how its entries lie in memory and in files.
 *
 * <p>Threads: fixed when made, except for the time to live, which whoever asks for the state sets,
 * and what hangs on it in memory; both belong to the subtask's thread.
 */
public final class StateDefinition implements NamedState {
    /** The number in files is the ordinal. */
    public enum Kind {
        VALUE,
        LIST,
        MAP,
        ORDERED
    }

    /** The number in files is the ordinal. */
    public enum NamespaceKind {
        NONE,
        PANES,
        OBJECTS
    }

    /**
     * What may not change between a snapshot and the program that restores it.
     *
     * @param namespaceType empty where there are no objects
     * @param partType of a map's keys; else empty
     * @param valueType of values, elements, or a map's values; empty where there are none
     * @param fixedValue whether values are eight bytes, as {@link FixedCodec} has them
     * @param hasStamp whether each entry has the time of its last use
     */
    public record Shape(
            String name,
            Kind kind,
            NamespaceKind namespaceKind,
            String namespaceType,
            String partType,
            String valueType,
            boolean fixedValue,
            boolean hasStamp) {

        /**
         * The shape of a state as a program asks for it.
         *
         * @param partType of a map's keys; null where there are none
         * @param valueType null where there are no values
         */
        public static Shape of(
                String name,
                Kind kind,
                Namespace<?> namespace,
                TypeInformation<?> partType,
                TypeInformation<?> valueType,
                StateTtl ttl) {
            return new Shape(
                    name,
                    kind,
                    kindOf(namespace),
                    namespace instanceof Namespace.Objects<?> objects
                            ? TypeShape.text(objects.type())
                            : "",
                    partType == null ? "" : TypeShape.text(partType),
                    valueType == null ? "" : TypeShape.text(valueType),
                    valueType != null && FixedCodec.ofValue(valueType) != null,
                    ttl.isOn());
        }

        private static NamespaceKind kindOf(Namespace<?> namespace) {
            if (namespace instanceof Namespace.Objects) {
                return NamespaceKind.OBJECTS;
            }
            return namespace instanceof Namespace.Panes ? NamespaceKind.PANES : NamespaceKind.NONE;
        }

        /** Whether only the values differ, and not what they are looked up by. */
        boolean mayBecome(Shape now) {
            return !valueType.equals(now.valueType)
                    && !fixedValue
                    && name.equals(now.name)
                    && kind == now.kind
                    && namespaceKind == now.namespaceKind
                    && namespaceType.equals(now.namespaceType)
                    && partType.equals(now.partType)
                    && hasStamp == now.hasStamp;
        }

        /**
         * Whether an entry of such a state can have bytes of these lengths.
         *
         * @param restLength of namespace and part
         * @param valueLength -1 if the entry was removed
         */
        boolean mayHold(int restLength, int valueLength) {
            int least =
                    switch (namespaceKind) {
                                case NONE -> 0;
                                case PANES -> Long.BYTES;
                                case OBJECTS -> Integer.BYTES;
                            }
                            + switch (kind) {
                                case VALUE -> 0;
                                case LIST -> Integer.BYTES;
                                case MAP -> 1;
                                case ORDERED -> Long.BYTES;
                            };
            boolean isNumber =
                    kind == Kind.VALUE && fixedValue && namespaceKind != NamespaceKind.OBJECTS;
            return restLength >= least
                    && (!isNumber
                            || (restLength == least
                                    && (valueLength < 0 || valueLength == Long.BYTES)));
        }

        /**
         * @param whence where this shape was found; empty if the program has asked for it before
         * @throws StateException if another shape is asked for
         */
        void check(Shape asked, String owner, String whence) {
            if (!equals(asked)) {
                throw new StateException(
                        Failure.Category.CONFIG,
                        "State '"
                                + name
                                + "' of "
                                + owner
                                + " is a "
                                + text()
                                + whence
                                + ", and a "
                                + asked.text()
                                + " is asked for. Give the new state another name, or keep the"
                                + " type");
            }
        }

        /**
         * @throws StateException if a snapshot has the state in another shape
         */
        void checkRestored(Shape inFile, String owner, String file) {
            if (!equals(inFile)) {
                throw new StateException(
                        Failure.Category.CONFIG,
                        "State '"
                                + inFile.name()
                                + "' of "
                                + owner
                                + " is a "
                                + text()
                                + ", and in "
                                + file
                                + " a "
                                + inFile.text()
                                + ". Give the new state another name, or keep the type");
            }
        }

        /** In words, for people. */
        public String text() {
            StringBuilder text = new StringBuilder(kind.name().toLowerCase(java.util.Locale.ROOT));
            if (kind == Kind.MAP) {
                text.append(" of ").append(partType).append(" to ").append(valueType);
            } else if (kind != Kind.ORDERED) {
                text.append(" of ").append(valueType);
            }
            switch (namespaceKind) {
                case NONE -> {}
                case PANES -> text.append(" by pane");
                case OBJECTS -> text.append(" by ").append(namespaceType);
            }
            return text.append(hasStamp ? ", with a time to live" : "").toString();
        }
    }

    private final int id;
    private final Shape shape;
    private StateTtl ttl = StateTtl.NONE;
    private boolean hasNoValues;

    /** Whether an entry is found by its key alone, once it is known which state's it is. */
    private final boolean isFoundByKey;

    private final long firstRestHash;
    private boolean lookedUp;

    /** By key group from the first; null where it is no table, or one by pane. */
    final EntryTable[] tables;

    /** By key group from the first; null where it is no table by pane. */
    final PaneTables[] paneTables;

    /** Null where it is not ordered. */
    final OrderedEntries order;

    /** Where key, namespace and part begin in an entry of the log. */
    final int fullAt;

    /**
     * @param isTable whether its entries lie in tables
     * @param order null where it is not ordered
     */
    StateDefinition(int id, Shape shape, boolean isTable, int keyGroups, OrderedEntries order) {
        this.id = id;
        this.shape = shape;
        boolean byPane = shape.namespaceKind() == NamespaceKind.PANES;
        this.tables = isTable && !byPane ? new EntryTable[keyGroups] : null;
        this.paneTables = isTable && byPane ? new PaneTables[keyGroups] : null;
        this.order = order;
        this.fullAt = LogEntry.fullAt(shape.hasStamp(), hasOwnWord());
        this.isFoundByKey =
                shape.namespaceKind() == NamespaceKind.NONE
                        && (shape.kind() == Kind.VALUE || shape.kind() == Kind.LIST);
        byte[] firstPart = new byte[shape.kind() == Kind.LIST ? Integer.BYTES : 0];
        this.firstRestHash = LogEntry.restHash(firstPart, 0, firstPart.length);
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    boolean isTable() {
        return tables != null || paneTables != null;
    }

    /** Does what is due in its tables by pane; nobody may hold an address. */
    void tidyTables() {
        if (paneTables != null) {
            for (PaneTables each : paneTables) {
                if (each != null) {
                    each.tidy();
                }
            }
        }
    }

    /** Moves a page of a key group's table to disk, if there is one that can go. */
    boolean spillTables(int groupAt) {
        if (paneTables != null) {
            return paneTables[groupAt] != null && paneTables[groupAt].spill();
        }
        return tables != null && tables[groupAt] != null && tables[groupAt].spill();
    }

    /** Whether its entries in the log have a word for the store's own use. */
    boolean hasOwnWord() {
        return shape.kind() == Kind.MAP || shape.kind() == Kind.ORDERED;
    }

    /**
     * The length of the namespace in an entry's bytes.
     *
     * @param full key, namespace and part
     */
    int namespaceLength(byte[] full, int keyLength) {
        return switch (shape.namespaceKind()) {
            case NONE -> 0;
            case PANES -> 8;
            case OBJECTS -> 4 + RecordBytes.getInt(full, keyLength);
        };
    }

    StateTtl ttl() {
        return ttl;
    }

    @Override
    public void setTtl(StateTtl ttl) {
        this.ttl = ttl;
    }

    /** Says that the program looks for the value or the list of a key. */
    void onLookUp() {
        lookedUp = isFoundByKey;
    }

    /** Whether that was so since this was asked, for {@link KeysAhead}. */
    boolean takeLookedUp() {
        boolean was = lookedUp;
        lookedUp = false;
        return was;
    }

    /** Of what follows the key in a value, or in a list's first piece; see {@link LogEntry}. */
    long firstRestHash() {
        return firstRestHash;
    }

    /** Whether what counts is only if there is an entry; all values are 1. */
    boolean hasNoValues() {
        return hasNoValues;
    }

    /** Tables by pane that are made from now on need no room for values. */
    void setWithoutValues() {
        hasNoValues = true;
    }
}

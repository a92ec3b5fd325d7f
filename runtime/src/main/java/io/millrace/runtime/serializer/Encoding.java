package io.millrace.runtime.serializer;

/** What the bytes of a value are for. */
enum Encoding {
    /** To give the value back as it was. */
    VALUE,

    /** To be compared: keys that are equal have equal bytes, and only these. */
    KEY
}

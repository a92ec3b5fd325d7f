package io.millrace.runtime.network;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What the processes of one application know and nobody else: 256 random bits.
 *
 * <p>Never printed: {@link #toString} hides it, and it belongs neither into arguments nor into the
 * environment nor into a configuration.
 */
public final class Secret {
    /** Length in bytes. */
    public static final int BYTES = 32;

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new one from the system's secure random numbers. */
    public static Secret random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(bytes);
    }

    /**
     * @throws IllegalArgumentException if there are not {@value #BYTES} bytes
     */
    public static Secret ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "A secret has " + BYTES + " bytes; these are " + bytes.length);
        }
        return new Secret(bytes.clone());
    }

    /**
     * The counterpart of {@link #toHex}, for files that only their owner can read.
     *
     * @throws IllegalArgumentException if the text is not 64 hexadecimal digits
     */
    public static Secret ofHex(String text) {
        byte[] bytes;
        try {
            bytes = HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            // the cause would quote the text
            throw new IllegalArgumentException(
                    "A secret is written as " + 2 * BYTES + " hexadecimal digits; this is not");
        }
        return ofBytes(bytes);
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret s && MessageDigest.isEqual(bytes, s.bytes);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    @Override
    public String toString() {
        return "Secret(hidden)";
    }
}

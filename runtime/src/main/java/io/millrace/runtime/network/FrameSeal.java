package io.millrace.runtime.network;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The macs of the frames of one direction of a connection.
 *
 * <p>Format: {@code mac = first 16 bytes of HMAC-SHA256(key, counter:i64 body)}; the counter is not
 * sent, it is the number of frames before, so that a frame that is repeated, left out or moved does
 * not fit.
 *
 * <p>Threads: owned by the connection's thread.
 */
final class FrameSeal {
    static final int BYTES = 16;

    private final Mac mac;
    private final ByteBuffer counterBytes = ByteBuffer.allocate(Long.BYTES);
    private long counter;

    FrameSeal(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] next(ByteBuffer body) {
        counterBytes.clear();
        counterBytes.putLong(counter++);
        mac.update(counterBytes.array());
        mac.update(body.duplicate());
        byte[] full = mac.doFinal();
        byte[] seal = new byte[BYTES];
        System.arraycopy(full, 0, seal, 0, BYTES);
        return seal;
    }

    /** The mac of the next frame that is sent. */
    byte[] seal(ByteBuffer body) {
        return next(body);
    }

    /**
     * Checks the next frame that was received.
     *
     * @param frame body and mac
     * @return the body
     */
    ByteBuffer open(ByteBuffer frame) throws ProtocolException {
        int length = frame.remaining() - BYTES;
        if (length < 1) {
            throw new ProtocolException("a frame without a mac");
        }
        ByteBuffer body = frame.slice(frame.position(), length);
        byte[] seal = new byte[BYTES];
        frame.get(frame.position() + length, seal);
        if (!MessageDigest.isEqual(seal, next(body))) {
            throw new ProtocolException("a frame whose mac does not fit");
        }
        return body;
    }
}

package io.millrace.runtime.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How both ends of a connection prove that they know the application's secret, before a byte of
 * anything else is read.
 *
 * <p>Format: four messages, each with its length (u16) before it; numbers are big-endian, a text is
 * its length in bytes (u8) and UTF-8.
 *
 * <pre>
 * initiator   HELLO     "MLRC" version:u8 kind:u8 flags:u8 epoch:i32 application:text id:text nonce:32
 *  acceptor   CHALLENGE "MLRC" version:u8 flags:u8 epoch:i32 id:text nonce:32 mac:32
 * initiator   PROOF     mac:32
 *  acceptor   READY     mac:32
 *
 * mac of CHALLENGE = HMAC-SHA256(secret, 'A' transcript)
 * mac of PROOF     = HMAC-SHA256(secret, 'I' transcript)
 * mac of READY     = HMAC-SHA256(key acceptor to initiator, 'R' transcript)
 * transcript       = length:u16 HELLO, length:u16 CHALLENGE without its mac
 * keys             = HKDF-SHA256(secret, salt = both nonces, info = direction, transcript's SHA-256)
 * </pre>
 *
 * <p>So every mac covers version, kind, both ids, both nonces, both epochs and the application, and
 * differs by direction: what one end sent is never an answer that it accepts. The acceptor chooses
 * its nonce after it has the initiator's. Flag 1 asks for a mac on data frames; one end's wish is
 * enough. The initiator's epoch is the one it wants of the acceptor, 0 for any.
 *
 * <p>Threads: owned by one connection.
 *
 * <p>Errors: anything unexpected is a {@link ProtocolException}; the connection is closed without
 * an answer.
 */
final class Handshake {
    static final int VERSION = 1;
    private static final byte[] MAGIC = {'M', 'L', 'R', 'C'};
    private static final int NONCE_BYTES = 32;
    private static final int MAC_BYTES = 32;
    private static final int MAX_TEXT_BYTES = 128;
    private static final int FLAG_SEAL_DATA = 1;

    /**
     * One end.
     *
     * @param epoch the acceptor's own, or the one that the initiator wants (0 for any)
     * @param sealData whether data frames are to carry a mac
     */
    record Identity(Secret secret, String applicationId, String id, int epoch, boolean sealData) {
        Identity {
            checkText("application id", applicationId);
            checkText("id", id);
        }

        private static void checkText(String what, String text) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "The "
                                + what
                                + " '"
                                + text
                                + "' has "
                                + length
                                + " bytes; between 1 and "
                                + MAX_TEXT_BYTES
                                + " are allowed");
            }
        }
    }

    /**
     * What both ends have agreed on.
     *
     * @param peerId of the other end
     * @param epoch of the acceptor
     */
    record Agreed(
            ConnectionKind kind,
            String peerId,
            int epoch,
            boolean sealData,
            byte[] sendKey,
            byte[] receiveKey) {
        @Override
        public String toString() {
            return kind + " with " + peerId + " of epoch " + epoch;
        }
    }

    private enum Step {
        AWAIT_HELLO,
        AWAIT_CHALLENGE,
        AWAIT_PROOF,
        AWAIT_READY,
        DONE
    }

    private final Identity me;
    private final Supplier<byte[]> nonces;
    private final Set<ConnectionKind> acceptedKinds;
    private final String expectedPeer;
    private ConnectionKind kind;
    private Step step;
    private byte[] hello;
    private byte[] challenge;
    private byte[] initiatorNonce;
    private byte[] acceptorNonce;
    private String peerId;
    private int acceptorEpoch;
    private boolean sealData;

    private Handshake(
            Identity me,
            Supplier<byte[]> nonces,
            Set<ConnectionKind> acceptedKinds,
            ConnectionKind kind,
            String expectedPeer,
            Step step) {
        this.me = me;
        this.nonces = nonces;
        this.acceptedKinds = acceptedKinds;
        this.kind = kind;
        this.expectedPeer = expectedPeer;
        this.step = step;
    }

    /**
     * The end that dialled.
     *
     * @param expectedPeer id that the acceptor must have, or null for any
     * @param nonces 32 random bytes each time
     */
    static Handshake initiator(
            Identity me, ConnectionKind kind, String expectedPeer, Supplier<byte[]> nonces) {
        return new Handshake(me, nonces, Set.of(), kind, expectedPeer, Step.AWAIT_CHALLENGE);
    }

    /** The end that was dialled. */
    static Handshake acceptor(
            Identity me, Set<ConnectionKind> acceptedKinds, Supplier<byte[]> nonces) {
        return new Handshake(me, nonces, acceptedKinds, null, null, Step.AWAIT_HELLO);
    }

    /** The initiator's first message. */
    byte[] hello() {
        initiatorNonce = nonces.get();
        ByteBuffer out = ByteBuffer.allocate(512);
        out.put(MAGIC).put((byte) VERSION).put(kind.code()).put(flags()).putInt(me.epoch());
        putText(out, me.applicationId());
        putText(out, me.id());
        out.put(initiatorNonce);
        hello = bytes(out);
        return hello;
    }

    /** Takes a message of the other end; returns the answer, or null if there is none. */
    byte[] onMessage(byte[] message) throws ProtocolException {
        ByteBuffer in = ByteBuffer.wrap(message);
        try {
            byte[] answer =
                    switch (step) {
                        case AWAIT_HELLO -> onHello(message, in);
                        case AWAIT_CHALLENGE -> onChallenge(message, in);
                        case AWAIT_PROOF -> onProof(in);
                        case AWAIT_READY -> onReady(in);
                        case DONE -> throw new ProtocolException("a message behind the handshake");
                    };
            if (in.hasRemaining()) {
                throw new ProtocolException("a handshake message that is too long");
            }
            return answer;
        } catch (BufferUnderflowException e) {
            throw new ProtocolException("a handshake message that is too short");
        }
    }

    private byte[] onHello(byte[] message, ByteBuffer in) throws ProtocolException {
        readMagic(in);
        int code = in.get();
        kind = ConnectionKind.ofCode(code);
        if (kind == null || !acceptedKinds.contains(kind)) {
            throw new ProtocolException(
                    "a connection of kind " + code + ", which is not for this port");
        }
        sealData = (in.get() & FLAG_SEAL_DATA) != 0 || me.sealData();
        in.getInt(); // the epoch it wants: for it to compare, and part of the transcript
        if (!readText(in).equals(me.applicationId())) {
            throw new ProtocolException("a connection of another application");
        }
        peerId = readText(in);
        if (kind == ConnectionKind.DATA && peerId.equals(me.id())) {
            throw new ProtocolException("a connection that claims to come from ourselves");
        }
        initiatorNonce = new byte[NONCE_BYTES];
        in.get(initiatorNonce);
        hello = message;
        acceptorNonce = nonces.get();
        acceptorEpoch = me.epoch();
        ByteBuffer out = ByteBuffer.allocate(512);
        out.put(MAGIC).put((byte) VERSION).put(flags()).putInt(me.epoch());
        putText(out, me.id());
        out.put(acceptorNonce);
        challenge = bytes(out);
        step = Step.AWAIT_PROOF;
        byte[] mac = hmac(me.secret().bytes(), 'A');
        return ByteBuffer.allocate(challenge.length + MAC_BYTES).put(challenge).put(mac).array();
    }

    private byte[] onChallenge(byte[] message, ByteBuffer in) throws ProtocolException {
        readMagic(in);
        sealData = (in.get() & FLAG_SEAL_DATA) != 0 || me.sealData();
        acceptorEpoch = in.getInt();
        peerId = readText(in);
        acceptorNonce = new byte[NONCE_BYTES];
        in.get(acceptorNonce);
        challenge = new byte[in.position()];
        System.arraycopy(message, 0, challenge, 0, challenge.length);
        checkMac(in, hmac(me.secret().bytes(), 'A'));
        if (expectedPeer != null && !expectedPeer.equals(peerId)) {
            throw new ProtocolException(
                    "'" + peerId + "' answered instead of '" + expectedPeer + "'");
        }
        if (me.epoch() != 0 && me.epoch() != acceptorEpoch) {
            throw new ProtocolException(
                    "'" + peerId + "' has epoch " + acceptorEpoch + ", wanted was " + me.epoch());
        }
        step = Step.AWAIT_READY;
        return hmac(me.secret().bytes(), 'I');
    }

    private byte[] onProof(ByteBuffer in) throws ProtocolException {
        checkMac(in, hmac(me.secret().bytes(), 'I'));
        step = Step.DONE;
        return hmac(key('A'), 'R');
    }

    private byte[] onReady(ByteBuffer in) throws ProtocolException {
        checkMac(in, hmac(key('A'), 'R'));
        step = Step.DONE;
        return null;
    }

    boolean isDone() {
        return step == Step.DONE;
    }

    /** After {@link #isDone}. */
    Agreed agreed() {
        if (step != Step.DONE) {
            throw new IllegalStateException("the handshake is at " + step);
        }
        boolean accepted = !acceptedKinds.isEmpty();
        return new Agreed(
                kind,
                peerId,
                acceptorEpoch,
                sealData,
                key(accepted ? 'A' : 'I'),
                key(accepted ? 'I' : 'A'));
    }

    private byte flags() {
        return (byte) (me.sealData() ? FLAG_SEAL_DATA : 0);
    }

    private static void readMagic(ByteBuffer in) throws ProtocolException {
        for (byte expected : MAGIC) {
            if (in.get() != expected) {
                throw new ProtocolException("something that is no handshake");
            }
        }
        int version = in.get();
        if (version != VERSION) {
            throw new ProtocolException(
                    "protocol version " + version + "; this build speaks " + VERSION);
        }
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] utf = text.getBytes(StandardCharsets.UTF_8);
        out.put((byte) utf.length).put(utf);
    }

    private static String readText(ByteBuffer in) throws ProtocolException {
        int length = in.get() & 0xff;
        if (length > MAX_TEXT_BYTES) {
            throw new ProtocolException("a text of " + length + " bytes in its handshake");
        }
        byte[] utf = new byte[length];
        in.get(utf);
        return new String(utf, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer out) {
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private static void checkMac(ByteBuffer in, byte[] expected) throws ProtocolException {
        byte[] mac = new byte[MAC_BYTES];
        in.get(mac);
        if (!MessageDigest.isEqual(mac, expected)) {
            throw new ProtocolException("a proof that does not fit the application's secret");
        }
    }

    private byte[] transcript() {
        return ByteBuffer.allocate(4 + hello.length + challenge.length)
                .putShort((short) hello.length)
                .put(hello)
                .putShort((short) challenge.length)
                .put(challenge)
                .array();
    }

    private byte[] hmac(byte[] key, char direction) {
        byte[] transcript = transcript();
        return hmac(
                key,
                ByteBuffer.allocate(1 + transcript.length)
                        .put((byte) direction)
                        .put(transcript)
                        .array());
    }

    /** HKDF (RFC 5869) with one block of output; for what the end named sends. */
    private byte[] key(char sender) {
        byte[] salt =
                ByteBuffer.allocate(2 * NONCE_BYTES).put(initiatorNonce).put(acceptorNonce).array();
        byte[] extracted = hmac(salt, me.secret().bytes());
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256").digest(transcript());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        byte[] info =
                ByteBuffer.allocate(13 + hash.length + 1)
                        .put("millrace key ".getBytes(StandardCharsets.US_ASCII))
                        .put(hash)
                        .put((byte) sender)
                        .array();
        return hmac(
                extracted, ByteBuffer.allocate(info.length + 1).put(info).put((byte) 1).array());
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private static final Secret SECRET = Secret.ofBytes(new byte[32]);
    private final Random random = new Random(42);
    private final Supplier<byte[]> nonces =
            () -> {
                byte[] nonce = new byte[32];
                random.nextBytes(nonce);
                return nonce;
            };

    private static Handshake.Identity identity(String id, int epoch) {
        return new Handshake.Identity(SECRET, "application_1_0001", id, epoch, false);
    }

    private Handshake initiator(Handshake.Identity identity, String expected) {
        return Handshake.initiator(identity, ConnectionKind.DATA, expected, nonces);
    }

    private Handshake acceptor(Handshake.Identity identity) {
        return Handshake.acceptor(identity, EnumSet.of(ConnectionKind.DATA), nonces);
    }

    private static void run(Handshake initiator, Handshake acceptor) throws ProtocolException {
        byte[] challenge = acceptor.onMessage(initiator.hello());
        byte[] ready = acceptor.onMessage(initiator.onMessage(challenge));
        assertThat(acceptor.isDone()).isTrue();
        initiator.onMessage(ready);
        assertThat(initiator.isDone()).isTrue();
    }

    @Test
    void shouldAgreeOnPeersEpochAndKeysWhenBothKnowTheSecret() throws Exception {
        Handshake initiator = initiator(identity("worker-1", 0), "worker-2");
        Handshake acceptor = acceptor(identity("worker-2", 7));
        run(initiator, acceptor);
        assertThat(initiator.agreed().peerId()).isEqualTo("worker-2");
        assertThat(acceptor.agreed().peerId()).isEqualTo("worker-1");
        assertThat(initiator.agreed().epoch()).isEqualTo(7);
        assertThat(acceptor.agreed().epoch()).isEqualTo(7);
        assertThat(initiator.agreed().sendKey()).isEqualTo(acceptor.agreed().receiveKey());
        assertThat(initiator.agreed().receiveKey()).isEqualTo(acceptor.agreed().sendKey());
        assertThat(initiator.agreed().sendKey()).isNotEqualTo(initiator.agreed().receiveKey());
    }

    @Test
    void shouldSealDataWhenEitherEndWantsIt() throws Exception {
        Handshake initiator =
                initiator(
                        new Handshake.Identity(SECRET, "application_1_0001", "w1", 0, true), "w2");
        Handshake acceptor = acceptor(identity("w2", 0));
        run(initiator, acceptor);
        assertThat(acceptor.agreed().sealData()).isTrue();
        assertThat(initiator.agreed().sealData()).isTrue();
    }

    @Test
    void shouldRefuseWhenSecretsDiffer() throws Exception {
        Handshake initiator = initiator(identity("w1", 0), "w2");
        Handshake acceptor =
                acceptor(
                        new Handshake.Identity(
                                Secret.random(), "application_1_0001", "w2", 0, false));
        byte[] challenge = acceptor.onMessage(initiator.hello());
        assertThatThrownBy(() -> initiator.onMessage(challenge))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("does not fit the application's secret");
        // and the acceptor does not believe somebody who goes on all the same
        assertThatThrownBy(() -> acceptor.onMessage(new byte[32]))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void shouldRefuseWhenApplicationKindEpochOrPeerDiffer() throws Exception {
        Handshake other =
                initiator(
                        new Handshake.Identity(SECRET, "application_1_0002", "w1", 0, false), "w2");
        assertThatThrownBy(() -> acceptor(identity("w2", 0)).onMessage(other.hello()))
                .hasMessageContaining("another application");

        Handshake control =
                Handshake.initiator(identity("w1", 0), ConnectionKind.CONTROL_WORKER, "w2", nonces);
        assertThatThrownBy(() -> acceptor(identity("w2", 0)).onMessage(control.hello()))
                .hasMessageContaining("not for this port");

        Handshake epoch = initiator(identity("w1", 3), "w2");
        byte[] fromFour = acceptor(identity("w2", 4)).onMessage(epoch.hello());
        assertThatThrownBy(() -> epoch.onMessage(fromFour))
                .hasMessage("'w2' has epoch 4, wanted was 3");

        Handshake peer = initiator(identity("w1", 0), "w2");
        byte[] fromThree = acceptor(identity("w3", 0)).onMessage(peer.hello());
        assertThatThrownBy(() -> peer.onMessage(fromThree))
                .hasMessage("'w3' answered instead of 'w2'");

        Handshake self = initiator(identity("w1", 0), "w1");
        assertThatThrownBy(() -> acceptor(identity("w1", 0)).onMessage(self.hello()))
                .hasMessageContaining("ourselves");
    }

    @Test
    void shouldRefuseWhenMessagesAreReflected() throws Exception {
        Handshake victim = initiator(identity("w1", 0), null);
        byte[] hello = victim.hello();
        assertThatThrownBy(() -> victim.onMessage(hello)).isInstanceOf(ProtocolException.class);

        // the proof of one direction is no proof of the other: take w2's mac for the initiator's
        Handshake acceptor = acceptor(identity("w2", 0));
        byte[] challenge = acceptor.onMessage(initiator(identity("w1", 0), null).hello());
        byte[] mac = new byte[32];
        System.arraycopy(challenge, challenge.length - 32, mac, 0, 32);
        assertThatThrownBy(() -> acceptor.onMessage(mac)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void shouldRefuseWhenOldConversationIsReplayed() throws Exception {
        Handshake initiator = initiator(identity("w1", 0), "w2");
        byte[] hello = initiator.hello();
        Handshake first = acceptor(identity("w2", 0));
        byte[] proof = initiator.onMessage(first.onMessage(hello));
        first.onMessage(proof);
        Handshake second = acceptor(identity("w2", 0));
        second.onMessage(hello);
        assertThatThrownBy(() -> second.onMessage(proof)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void shouldRefuseWhenAnyBitOfTheConversationIsChanged() throws Exception {
        int helloBits = initiator(identity("w1", 0), "w2").hello().length * 8;
        for (int bit = 0; bit < helloBits; bit++) {
            Handshake initiator = initiator(identity("w1", 0), "w2");
            Handshake acceptor = acceptor(identity("w2", 0));
            byte[] hello = initiator.hello().clone();
            hello[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                byte[] challenge = acceptor.onMessage(hello);
                initiator.onMessage(challenge);
            } catch (ProtocolException e) {
                continue;
            }
            throw new AssertionError("bit " + bit + " of HELLO does not matter");
        }
        Handshake sample = initiator(identity("w1", 0), "w2");
        int challengeBits = acceptor(identity("w2", 0)).onMessage(sample.hello()).length * 8;
        for (int bit = 0; bit < challengeBits; bit++) {
            Handshake initiator = initiator(identity("w1", 0), "w2");
            byte[] challenge = acceptor(identity("w2", 0)).onMessage(initiator.hello());
            challenge[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                initiator.onMessage(challenge);
            } catch (ProtocolException e) {
                continue;
            }
            throw new AssertionError("bit " + bit + " of CHALLENGE does not matter");
        }
    }

    @Test
    void shouldRefuseRandomBytesWhateverTheyAre() {
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            if (bytes.length > 6 && random.nextBoolean()) {
                System.arraycopy(new byte[] {'M', 'L', 'R', 'C', 1, 3}, 0, bytes, 0, 6);
            }
            assertThatThrownBy(() -> acceptor(identity("w2", 0)).onMessage(bytes))
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void shouldNoticeWhenSealedFramesAreChangedRepeatedOrLeftOut() throws Exception {
        byte[] key = new byte[32];
        Set<String> broken = new java.util.TreeSet<>();
        for (String what : new String[] {"changed", "repeated", "left out", "moved", "nothing"}) {
            FrameSeal sender = new FrameSeal(key);
            FrameSeal receiver = new FrameSeal(key);
            ByteBuffer[] frames = new ByteBuffer[3];
            for (int i = 0; i < 3; i++) {
                ByteBuffer body = ByteBuffer.wrap(new byte[] {9, 9, 9});
                frames[i] =
                        ByteBuffer.allocate(3 + FrameSeal.BYTES)
                                .put(body.duplicate())
                                .put(sender.seal(body))
                                .flip();
            }
            switch (what) {
                case "changed" -> frames[1].put(1, (byte) 8);
                case "repeated" -> frames[1] = frames[0].duplicate();
                case "left out" -> frames[1] = frames[2];
                case "moved" -> frames[0] = frames[1];
                default -> {}
            }
            try {
                for (ByteBuffer frame : frames) {
                    assertThat(receiver.open(frame.duplicate()).remaining()).isEqualTo(3);
                }
            } catch (ProtocolException e) {
                broken.add(what);
            }
        }
        assertThat(broken).containsExactly("changed", "left out", "moved", "repeated");
    }

    @Test
    void shouldHideSecretWhenPrinted() {
        Secret secret = Secret.random();
        assertThat(secret.toString()).doesNotContain(secret.toHex().substring(0, 6));
        assertThat(new Handshake.Identity(secret, "a", "b", 0, false).toString())
                .doesNotContain(secret.toHex().substring(0, 6));
        assertThat(Secret.ofHex(secret.toHex())).isEqualTo(secret);
        assertThatThrownBy(() -> Secret.ofHex("xyz")).hasMessageNotContaining("xyz");
    }
}

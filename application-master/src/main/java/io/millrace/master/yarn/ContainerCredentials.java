package io.millrace.master.yarn;

import io.millrace.runtime.worker.WorkerEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.security.token.TokenIdentifier;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;

/**
 * The only way in which the application's secret reaches a container: the launch context's
 * credentials, which YARN shows to nobody and writes to no log.
 */
public final class ContainerCredentials {
    private static final Text SECRET = new Text(WorkerEnvironment.SECRET_NAME);

    private ContainerCredentials() {}

    /**
     * What an application master starts with.
     *
     * @param tokens of file systems, empty without Kerberos
     */
    public static ByteBuffer forMaster(byte[] secret, Credentials tokens) {
        Credentials all = new Credentials(tokens);
        all.addSecretKey(SECRET, secret);
        return serialize(all);
    }

    /**
     * What a worker starts with: the tokens of this process but for the one that speaks to the
     * resource manager as the application master.
     */
    static ByteBuffer forWorker(byte[] secret, Credentials own) {
        Credentials all = new Credentials();
        for (Token<? extends TokenIdentifier> token : own.getAllTokens()) {
            if (!token.getKind().equals(AMRMTokenIdentifier.KIND_NAME)) {
                all.addToken(token.getService(), token);
            }
        }
        all.addSecretKey(SECRET, secret);
        return serialize(all);
    }

    /** What a worker starts with, from what this process was started with. */
    public static ByteBuffer forWorkerOfThisProcess(byte[] secret) throws IOException {
        return forWorker(secret, UserGroupInformation.getCurrentUser().getCredentials());
    }

    /** The secret that this process was started with. */
    public static byte[] secretOfThisProcess() throws IOException {
        byte[] secret = UserGroupInformation.getCurrentUser().getCredentials().getSecretKey(SECRET);
        if (secret == null) {
            throw new IllegalStateException(
                    "The credentials of this container hold no "
                            + SECRET
                            + ": it was not started by Millrace's launcher.");
        }
        return secret;
    }

    private static ByteBuffer serialize(Credentials credentials) {
        try {
            DataOutputBuffer out = new DataOutputBuffer();
            credentials.writeTokenStorageToStream(out);
            return ByteBuffer.wrap(out.getData(), 0, out.getLength());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

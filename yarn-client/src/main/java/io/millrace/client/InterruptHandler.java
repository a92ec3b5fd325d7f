package io.millrace.client;

import java.io.IOException;

/**
 * What Ctrl-C does: leaves the job running and says how to go on with it, or cancels it if that was
 * asked for ({@code -sae}).
 *
 * <p>Threads: {@link #run} is a shutdown hook of the JVM, on a thread of its own; the other methods
 * are called by the launcher's thread.
 */
final class InterruptHandler implements Runnable {
    private final Terminal terminal;
    private final Deployer deployer;
    private final boolean cancels;

    private volatile String applicationId;
    private volatile boolean over;

    /**
     * @param cancels whether the job ends with the launcher
     */
    InterruptHandler(Terminal terminal, Deployer deployer, boolean cancels) {
        this.terminal = terminal;
        this.deployer = deployer;
        this.cancels = cancels;
    }

    /** The application exists from here on. */
    void onAccepted(String applicationId) {
        this.applicationId = applicationId;
    }

    /** The launcher ends by itself from here on. */
    void disarm() {
        over = true;
    }

    @Override
    public void run() {
        String application = applicationId;
        if (over || PerJobProgram.isExitCalled()) {
            return;
        }
        if (application == null) {
            terminal.failure("Interrupted before the application was accepted by YARN.");
        } else if (cancels) {
            terminal.failure("Interrupted: cancelling " + application + ".");
            try {
                Deployer.CancelResult result = deployer.cancel(application);
                terminal.failure(
                        result == Deployer.CancelResult.CANCELLING
                                ? application + " is being cancelled."
                                : application + " had ended already.");
            } catch (IOException | RuntimeException e) {
                terminal.failure(
                        application
                                + " could not be cancelled ("
                                + e.getMessage()
                                + "); it may still run. To stop it: "
                                + CommandLines.cancel(application));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else {
            terminal.failure("Interrupted; " + application + " runs on.");
            CommandLines.hints(application).forEach(terminal::failure);
        }
    }
}

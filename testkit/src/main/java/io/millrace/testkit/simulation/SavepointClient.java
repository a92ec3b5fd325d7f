package io.millrace.testkit.simulation;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import java.util.function.Consumer;

/**
 * Wants one savepoint, and asks every master it can reach until one has answered.
 *
 * <p>Threads: one.
 */
final class SavepointClient implements SimulatedNetwork.End {
    private final Simulation simulation;
    private final CheckpointKind kind;
    private final String request;
    private final Consumer<ToClient.SavepointEnded> onAnswer;
    private boolean answered;

    /**
     * @param request its id, the same on each connection
     * @param onAnswer told once
     */
    SavepointClient(
            Simulation simulation,
            CheckpointKind kind,
            String request,
            Consumer<ToClient.SavepointEnded> onAnswer) {
        this.simulation = simulation;
        this.kind = kind;
        this.request = request;
        this.onAnswer = onAnswer;
    }

    FromClient message(String directory) {
        return kind == CheckpointKind.SAVEPOINT
                ? new FromClient.TriggerSavepoint(request, "", directory)
                : new FromClient.StopJob(request, "", directory, kind == CheckpointKind.DRAIN);
    }

    boolean isAnswered() {
        return answered;
    }

    @Override
    public boolean alive() {
        return true;
    }

    @Override
    public void connected(String connection) {}

    @Override
    public void received(String connection, ControlMessage message) {
        simulation.tell("client " + request, Describe.message(message));
        if (message instanceof ToClient.SavepointEnded ended
                && ended.request().equals(request)
                && !answered) {
            answered = true;
            onAnswer.accept(ended);
        }
    }

    @Override
    public void disconnected(String connection, String cause) {}
}

package io.millrace.runtime.master;

import io.millrace.runtime.schedule.RestartStrategy;
import java.time.Duration;

/**
 * What a job master is told by its process.
 *
 * @param applicationId begins the names of runs
 * @param epoch number of the application attempt, from 1
 * @param address {@code host:port} of the control port, which workers find in the record
 * @param slotsPerWorker {@code taskmanager.numberOfTaskSlots}
 * @param heartbeatInterval {@code heartbeat.interval}
 * @param heartbeatTimeout {@code heartbeat.timeout}
 * @param startTimeout how long a container may take from its grant to the worker's first report
 * @param previousTimeout how long workers of earlier attempts may take to report
 * @param maxStartFailures workers that may fail at their start within a minute: {@code
 *     resourcemanager.start-worker.max-failure-rate}
 * @param cancelTimeout how long a cancelled task may run on: {@code task.cancellation.timeout}
 * @param leaveTimeout how long workers may take to leave at the end
 * @param defaultRestart for jobs that do not choose
 */
public record MasterSettings(
        String applicationId,
        int epoch,
        String address,
        int slotsPerWorker,
        Duration heartbeatInterval,
        Duration heartbeatTimeout,
        Duration startTimeout,
        Duration previousTimeout,
        int maxStartFailures,
        Duration cancelTimeout,
        Duration leaveTimeout,
        RestartStrategy.Spec defaultRestart) {

    /** The documented defaults of all that is an option. */
    public static MasterSettings defaults(
            String applicationId,
            int epoch,
            String address,
            int slotsPerWorker,
            RestartStrategy.Spec defaultRestart) {
        return new MasterSettings(
                applicationId,
                epoch,
                address,
                slotsPerWorker,
                Duration.ofSeconds(10),
                Duration.ofSeconds(50),
                Duration.ofMinutes(5),
                Duration.ofSeconds(60),
                10,
                Duration.ofMinutes(3),
                Duration.ofSeconds(3),
                defaultRestart);
    }

    public MasterSettings withHeartbeat(Duration interval, Duration timeout) {
        return new MasterSettings(
                applicationId,
                epoch,
                address,
                slotsPerWorker,
                interval,
                timeout,
                startTimeout,
                previousTimeout,
                maxStartFailures,
                cancelTimeout,
                leaveTimeout,
                defaultRestart);
    }

    public MasterSettings withTimeouts(
            Duration start, Duration previous, Duration cancel, Duration leave) {
        return new MasterSettings(
                applicationId,
                epoch,
                address,
                slotsPerWorker,
                heartbeatInterval,
                heartbeatTimeout,
                start,
                previous,
                maxStartFailures,
                cancel,
                leave,
                defaultRestart);
    }

    public MasterSettings withMaxStartFailures(int changed) {
        return new MasterSettings(
                applicationId,
                epoch,
                address,
                slotsPerWorker,
                heartbeatInterval,
                heartbeatTimeout,
                startTimeout,
                previousTimeout,
                changed,
                cancelTimeout,
                leaveTimeout,
                defaultRestart);
    }
}

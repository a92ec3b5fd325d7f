package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.JOB;

import io.millrace.api.ConfigOption;

/** What state a job begins with. */
public final class StateRecoveryOptions {
    private StateRecoveryOptions() {}

    /** Who owns the savepoint or checkpoint that a job has begun from. */
    public enum ClaimMode {
        /** The job does: it is removed when newer checkpoints take its place. */
        CLAIM,
        /** Whoever made it: the job only reads it, and needs it no more once it has its own. */
        NO_CLAIM,
        /** The older name of a mode that did not say; the same as NO_CLAIM. */
        LEGACY
    }

    public static final ConfigOption<String> PATH =
            ConfigOption.named("execution.state-recovery.path", String.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.savepoint.path")
                    .withDescription(
                            "Savepoint or checkpoint that the job begins with: its folder, its"
                                    + " _metadata, or the folder of a job's checkpoints, of which"
                                    + " the newest complete one is taken. Unset: from nothing.");

    public static final ConfigOption<ClaimMode> CLAIM_MODE =
            ConfigOption.named("execution.state-recovery.claim-mode", ClaimMode.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.savepoint-restore-mode")
                    .defaultValue(ClaimMode.NO_CLAIM)
                    .withDescription(
                            "CLAIM: what is at execution.state-recovery.path becomes the job's,"
                                + " which removes it when its own checkpoints take its place."
                                + " NO_CLAIM: the job only reads it and never removes it. LEGACY:"
                                + " as NO_CLAIM.");

    public static final ConfigOption<Boolean> IGNORE_UNCLAIMED_STATE =
            ConfigOption.named("execution.state-recovery.ignore-unclaimed-state", Boolean.class)
                    .readBy(JOB)
                    .withDeprecatedKeys("execution.savepoint.ignore-unclaimed-state")
                    .defaultValue(false)
                    .withDescription(
                            "Whether the job begins although there is state that none of its"
                                    + " operators takes; that state is lost.");

    public static final ConfigOption<Boolean> RESET_EVENT_TIME =
            ConfigOption.named("execution.state-recovery.reset-event-time", Boolean.class)
                    .readBy(JOB)
                    .defaultValue(false)
                    .withDescription(
                            "Whether event time begins anew with what is at"
                                    + " execution.state-recovery.path, for jobs whose sources are"
                                    + " set back, or whose watermarks had run ahead: records are"
                                    + " late by the watermarks of the new job alone. Otherwise what"
                                    + " was late stays late.");
}

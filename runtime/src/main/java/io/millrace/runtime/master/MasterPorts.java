package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.coordinate.CoordinatorThreads;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.loop.Timers;
import java.util.Random;

/**
 * All that a job master touches.
 *
 * @param inbox takes the answers of store and files, from their threads
 */
public record MasterPorts(
        Clock clock,
        Random random,
        Inbox<MasterEvent> inbox,
        Timers<MasterEvent> timers,
        Outbox outbox,
        JobStore store,
        JobFiles files,
        CheckpointStorage checkpoints,
        ContainerPort containers,
        JobObserver observer,
        CoordinatorThreads coordinators) {}

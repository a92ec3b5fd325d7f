package io.millrace.runtime.worker;

import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.loop.Timers;
import io.millrace.runtime.task.Subtasks;
import java.util.Random;

/**
 * All that a task manager touches.
 *
 * @param inbox takes what subtasks tell, from their threads
 */
public record WorkerPorts(
        Clock clock,
        Random random,
        Inbox<WorkerEvent> inbox,
        Timers<WorkerEvent> timers,
        Outbox outbox,
        MasterLink link,
        Subtasks subtasks,
        SnapshotStorage snapshots,
        WorkerHost host) {}

package io.millrace.testkit.simulation;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.worker.WorkerEvent;
import java.util.zip.CRC32C;

/** Events as short texts that are the same in each run: no identity, all of the content. */
final class Describe {
    private static final ControlCodec CODEC = new ControlCodec();

    private Describe() {}

    static String event(Object event) {
        if (event instanceof MasterEvent.Received received) {
            return received.connection() + " brings " + message(received.message());
        } else if (event instanceof WorkerEvent.Received received) {
            return received.connection() + " brings " + message(received.message());
        } else if (event instanceof MasterEvent.Submitted submitted) {
            return "Submitted " + submitted.graph().jobId();
        } else if (event instanceof WorkerEvent.SubtaskRunning running) {
            return "SubtaskRunning " + running.deployment().attempt();
        } else if (event instanceof WorkerEvent.SubtaskEnded ended) {
            return "SubtaskEnded "
                    + ended.deployment().attempt()
                    + " "
                    + ended.end().getClass().getSimpleName();
        }
        return event.toString();
    }

    static String message(ControlMessage message) {
        CRC32C checksum = new CRC32C();
        checksum.update(CODEC.encode(message));
        String detail = "";
        if (message instanceof ToWorker.Deploy deploy) {
            detail = " " + deploy.deployment().attempt() + " slot " + deploy.slot();
        } else if (message instanceof ToWorker.Cancel cancel) {
            detail = " " + cancel.attempt();
        } else if (message instanceof ToWorker.EndKnown known) {
            detail = " " + known.attempt();
        } else if (message instanceof ToMaster.TaskEnded ended) {
            detail = " " + ended.attempt() + " " + ended.end().getClass().getSimpleName();
        } else if (message instanceof ToMaster.TaskRunning running) {
            detail = " " + running.attempt();
        } else if (message instanceof ToMaster.Report report) {
            detail =
                    " link "
                            + report.link()
                            + " epoch "
                            + report.epoch()
                            + " tasks "
                            + report.tasks().stream()
                                    .map(t -> t.attempt() + ":" + t.phase())
                                    .toList()
                            + " ends "
                            + report.ends().stream().map(e -> e.attempt().toString()).toList();
        } else if (message instanceof ToClient.Status status) {
            detail = " " + status.status().state();
        } else if (message instanceof ToWorker.Leave leave) {
            detail = " (" + leave.reason() + ")";
        }
        return message.getClass().getSimpleName()
                + detail
                + " #"
                + Long.toHexString(checksum.getValue());
    }
}

package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.coordinate.CoordinatorPorts;
import io.millrace.runtime.coordinate.CoordinatorRecord;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.master.MasterEvent.Continued;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Lets the coordinators of sources run in the master's loop, on its record and over its workers.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RecordedCoordinators implements CoordinatorPorts.Loop, CoordinatorPorts.Ledger {
    private final MasterPorts ports;
    private final JobRecord record;
    private final BooleanSupplier wanted;

    private RecordedCoordinators(MasterPorts ports, JobRecord record, BooleanSupplier wanted) {
        this.ports = ports;
        this.record = record;
        this.wanted = wanted;
    }

    /**
     * @param wanted whether the record is still to be written
     * @param failed hears of a coordinator that cannot go on
     */
    static CoordinatorPorts ports(
            int epoch,
            MasterPorts ports,
            JobRecord record,
            WorkerPool pool,
            ExecutionGraph graph,
            BooleanSupplier wanted,
            Consumer<Failure> failed) {
        RecordedCoordinators recorded = new RecordedCoordinators(ports, record, wanted);
        return new CoordinatorPorts(
                ports.clock(),
                recorded,
                ports.coordinators(),
                recorded,
                (reader, uid, message) -> {
                    Execution execution = graph.find(reader);
                    Worker worker =
                            execution == null ? null : pool.find(execution.slot().workerId());
                    if (worker != null) {
                        pool.send(worker, new ToWorker.OperatorEvent(epoch, reader, uid, message));
                    }
                },
                failed::accept);
    }

    @Override
    public void put(String what, Runnable coordinatorStep) {
        ports.inbox().put(new Continued(what, coordinatorStep));
    }

    @Override
    public Timer after(Duration delay, String what, Runnable timedStep) {
        return ports.timers().schedule(delay, new Continued(what, timedStep));
    }

    @Override
    public void write(long sequence, CoordinatorRecord entry, Runnable then) {
        record.write(JobRecord.COORDINATORS + sequence, entry, wanted, then);
    }

    @Override
    public void forget(long sequence) {
        record.remove(JobRecord.COORDINATORS + sequence);
    }
}

package io.millrace.runtime.task;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.operator.OperatorPorts;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs subtasks in small steps on whatever thread the caller has, for simulations: the same
 * subtasks as in a worker, without a thread of their own.
 *
 * <p>Threads: all on one thread. Source functions still have a thread of their own and do not
 * belong here.
 */
public final class SteppedSubtasks implements Subtasks {
    private final Channels channels;
    private final Function<String, JobClasses> jobClasses;
    private final OperatorPorts ports;
    private final Consumer<Runnable> later;
    private boolean crashed;

    /**
     * @param later takes a step that may be done now or at any later time, in any order
     */
    public SteppedSubtasks(
            Channels channels,
            Function<String, JobClasses> jobClasses,
            OperatorPorts ports,
            Consumer<Runnable> later) {
        this.channels = channels;
        this.jobClasses = jobClasses;
        this.ports = ports;
        this.later = later;
    }

    @Override
    public RunningSubtask start(TaskDeployment deployment, Listener listener) {
        Stepped stepped = new Stepped(deployment, listener);
        stepped.wake();
        return stepped;
    }

    /** The process is gone: nothing steps any more, nobody hears anything. */
    public void crash() {
        crashed = true;
    }

    private final class Stepped implements CommandedSubtask, Wakeup {
        private final TaskDeployment deployment;
        private final Listener listener;
        private Subtask subtask;
        private boolean scheduled;
        private boolean canceled;
        private boolean toldRunning;
        private boolean ended;

        Stepped(TaskDeployment deployment, Listener listener) {
            this.deployment = deployment;
            this.listener = listener;
        }

        @Override
        public void wake() {
            if (!scheduled && !ended) {
                scheduled = true;
                later.accept(this::step);
            }
        }

        private void step() {
            scheduled = false;
            if (crashed || ended) {
                return;
            }
            if (subtask == null && !assemble()) {
                return;
            }
            Subtask.Step step = subtask.step();
            if (!toldRunning && subtask.state() == SubtaskState.RUNNING) {
                toldRunning = true;
                listener.running(deployment);
            }
            if (step == Subtask.Step.ENDED) {
                subtask.closeChannels();
                end(subtask.end());
            } else if (step == Subtask.Step.WORKED) {
                wake();
            }
        }

        private boolean assemble() {
            try {
                JobClasses classes = jobClasses.apply(deployment.attempt().job());
                subtask =
                        new SubtaskAssembly(channels, ports)
                                .assemble(
                                        deployment,
                                        classes,
                                        this,
                                        writer -> {},
                                        new Subtask.Checkpoints(() -> 0, listener));
            } catch (Exception e) {
                end(
                        new SubtaskEnd.Failed(
                                Failure.of(Failure.Category.INTERNAL, deployment.vertexName(), e)));
                return false;
            }
            if (canceled) {
                subtask.cancel();
            }
            return true;
        }

        private void end(SubtaskEnd how) {
            ended = true;
            channels.release(deployment.attempt());
            listener.ended(deployment, how);
        }

        @Override
        public TaskDeployment deployment() {
            return deployment;
        }

        @Override
        public void cancel() {
            canceled = true;
            if (subtask != null) {
                subtask.cancel();
            }
            wake();
        }

        @Override
        public void put(SubtaskCommand command) {
            if (subtask != null) {
                subtask.put(command);
                wake();
            }
        }

        @Override
        public void tell(SubtaskCommand command) {
            if (subtask != null) {
                subtask.tell(command);
                wake();
            }
        }

        @Override
        public SubtaskMetrics metrics() {
            return subtask == null ? SubtaskMetrics.NONE : subtask.metrics(0, 0, 0);
        }
    }
}

package io.millrace.testkit.simulation;

import io.millrace.runtime.master.JobStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The job record of one application: a directory that moves forward. Calls are executed once each,
 * in one order, but their answers may be lost, and a call whose caller has given it up, or is dead,
 * may be executed all the same.
 */
final class SimulatedStore {
    private final Simulation simulation;
    private final Faults faults;

    /** Hears of each entry that is really added. */
    private final BiConsumer<String, byte[]> onWritten;

    /** Hears of each entry that a breaker has its master take for written. */
    private final Consumer<String> onBelieved;

    private final Map<String, byte[]> entries = new TreeMap<>();

    /** Where fenced masters write to if nothing keeps them from it: directories made again. */
    private final Map<Integer, Map<String, byte[]>> madeAgain = new TreeMap<>();

    private int epoch;

    SimulatedStore(
            Simulation simulation,
            Faults faults,
            BiConsumer<String, byte[]> onWritten,
            Consumer<String> onBelieved) {
        this.simulation = simulation;
        this.faults = faults;
        this.onWritten = onWritten;
        this.onBelieved = onBelieved;
    }

    /** Who has taken it over last; 0 is nobody. */
    int epoch() {
        return epoch;
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    /** The view of one master. */
    JobStore of(int masterEpoch) {
        return new View(masterEpoch);
    }

    private final class View implements JobStore {
        private final int owner;

        View(int owner) {
            this.owner = owner;
        }

        @Override
        public boolean canFence() {
            return true;
        }

        @Override
        public void takeOver(int newEpoch, Consumer<Outcome<List<Entry>>> reply) {
            call("takes over " + newEpoch, reply, () -> tryTakeOver(newEpoch));
        }

        private Outcome<List<Entry>> tryTakeOver(int newEpoch) {
            if (epoch > newEpoch && faults.fenceHolds()) {
                return new Outcome.Refused<>(Reason.FENCED, "epoch " + epoch + " is there");
            }
            epoch = Math.max(epoch, newEpoch);
            List<Entry> all = new ArrayList<>();
            entries.forEach((name, content) -> all.add(new Entry(name, content.clone())));
            if (faults.breaker() == Faults.Breaker.NO_ID_RESERVATION) {
                forgetReservedIds(all);
            }
            if (faults.breaker() == Faults.Breaker.NO_FINISHED_ON_RECORD) {
                all.removeIf(entry -> entry.name().startsWith("finished-"));
            }
            if (faults.breaker() == Faults.Breaker.NO_STOP_ON_RECORD) {
                all.removeIf(entry -> entry.name().startsWith("intent-stop-"));
            }
            return new Outcome.Done<>(all);
        }

        private void forgetReservedIds(List<Entry> all) {
            long highest =
                    all.stream()
                            .filter(entry -> entry.name().startsWith("chk-"))
                            .mapToLong(entry -> Long.parseLong(entry.name().substring(4)))
                            .max()
                            .orElse(0);
            all.removeIf(entry -> entry.name().startsWith("ids-upto-"));
            all.add(new Entry("ids-upto-" + highest, new byte[0]));
        }

        private boolean isBelievedAtOnce(String name) {
            return switch (faults.breaker()) {
                case TOLD_BEFORE_RECORDED -> name.startsWith("chk-");
                case ASSIGNED_BEFORE_RECORDED -> name.startsWith("coord-");
                case STOPPED_BEFORE_RECORDED -> name.startsWith("savepoint-");
                default -> false;
            };
        }

        @Override
        public void write(String name, byte[] content, Consumer<Outcome<Void>> reply) {
            byte[] copy = content.clone();
            if (isBelievedAtOnce(name)) {
                onBelieved.accept(name);
                reply.accept(new Outcome.Done<>(null));
                simulation.between(
                        Duration.ofMillis(1), Duration.ofSeconds(20), () -> tryWrite(name, copy));
                return;
            }
            call("writes " + name, reply, () -> tryWrite(name, copy));
        }

        @Override
        public void remove(String name, Consumer<Outcome<Void>> reply) {
            call("removes " + name, reply, () -> tryRemove(name));
        }

        @Override
        public void check(Consumer<Outcome<Void>> reply) {
            call(
                    "looks",
                    reply,
                    () ->
                            epoch != owner && faults.fenceHolds()
                                    ? new Outcome.Refused<>(
                                            Reason.FENCED, "epoch " + epoch + " is there")
                                    : new Outcome.Done<>(null));
        }

        private Outcome<Void> tryRemove(String name) {
            if (epoch != owner) {
                return new Outcome.Refused<>(Reason.FENCED, "epoch " + epoch + " is there");
            }
            entries.remove(name);
            return new Outcome.Done<>(null);
        }

        private Outcome<Void> tryWrite(String name, byte[] content) {
            if (epoch != owner && faults.fenceHolds()) {
                return new Outcome.Refused<>(Reason.FENCED, "epoch " + epoch + " is there");
            }
            Map<String, byte[]> directory =
                    epoch == owner
                            ? entries
                            : madeAgain.computeIfAbsent(owner, o -> new TreeMap<>(entries));
            byte[] there = directory.get(name);
            if (there == null) {
                directory.put(name, content);
                onWritten.accept(name, content);
            } else if (!Arrays.equals(there, content)) {
                return new Outcome.Refused<>(Reason.EXISTS, name + " is there");
            }
            return new Outcome.Done<>(null);
        }

        private <T> void call(
                String what, Consumer<JobStore.Outcome<T>> reply, Supplier<Outcome<T>> execution) {
            boolean answerLost = simulation.chance(faults.unknownOutcome());
            boolean executed = !answerLost || simulation.chance(0.6);
            simulation.between(
                    Duration.ofMillis(1),
                    faults.slowStore(),
                    () -> {
                        if (!answerLost) {
                            Outcome<T> outcome = execution.get();
                            simulation.tell("store", owner + " " + what + ": " + name(outcome));
                            simulation.between(
                                    Duration.ofMillis(1),
                                    Duration.ofMillis(50),
                                    () -> reply.accept(outcome));
                            return;
                        }
                        boolean believed =
                                faults.breaker() == Faults.Breaker.UNKNOWN_IS_DONE
                                        && !what.startsWith("takes over");
                        reply.accept(
                                believed
                                        ? new Outcome.Done<>(null)
                                        : new Outcome.Unknown<>("no answer"));
                        if (executed) {
                            simulation.between(
                                    Duration.ZERO,
                                    Duration.ofSeconds(20),
                                    () -> {
                                        Outcome<T> outcome = execution.get();
                                        simulation.tell(
                                                "store",
                                                owner + " " + what + " (late): " + name(outcome));
                                    });
                        }
                    });
        }

        private String name(Outcome<?> outcome) {
            return outcome instanceof Outcome.Refused<?> refused
                    ? "refused " + refused.reason()
                    : "done";
        }
    }
}

package io.millrace.runtime.schedule;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which subtasks share a slot, and which worker gets which slot.
 *
 * <p>The n-th slot of a sharing group takes the n-th subtask of each of its vertices, so that a
 * group needs as many slots as its widest vertex has subtasks. Slots in a row go to the same
 * worker: subtasks of near numbers are near each other.
 */
public final class SlotSharing {
    private SlotSharing() {}

    /**
     * Subtasks that share a slot.
     *
     * @param index counts the slots of the job, from 0
     */
    public record SharedSlot(int index, String group, List<SubtaskId> subtasks) {
        public SharedSlot {
            subtasks = List.copyOf(subtasks);
        }
    }

    /** A subtask, whichever its attempt. */
    public record SubtaskId(int vertex, int subtask) {}

    /** A worker that has slots to give. */
    public record Offer(String workerId, int slots) {}

    /** A slot of a worker. */
    public record WorkerSlot(String workerId, int slot) {}

    /** The slots that a job needs; groups in the order in which its vertices name them. */
    public static List<SharedSlot> slotsOf(JobGraph graph) {
        Map<String, List<JobVertex>> groups = new LinkedHashMap<>();
        for (JobVertex vertex : graph.vertices()) {
            groups.computeIfAbsent(vertex.slotSharingGroup(), g -> new ArrayList<>()).add(vertex);
        }
        List<SharedSlot> slots = new ArrayList<>();
        groups.forEach(
                (group, vertices) -> {
                    int width = vertices.stream().mapToInt(JobVertex::parallelism).max().orElse(0);
                    for (int i = 0; i < width; i++) {
                        List<SubtaskId> sharing = new ArrayList<>();
                        for (JobVertex vertex : vertices) {
                            if (i < vertex.parallelism()) {
                                sharing.add(new SubtaskId(vertex.id(), i));
                            }
                        }
                        slots.add(new SharedSlot(slots.size(), group, sharing));
                    }
                });
        return slots;
    }

    /**
     * Spreads slots evenly over workers, in a row each.
     *
     * @param offers workers with all their slots
     * @param used those that are taken already
     * @return a slot for each of {@code slots}, or an empty list if the offers do not suffice
     */
    public static List<WorkerSlot> assign(
            List<SharedSlot> slots, List<Offer> offers, Collection<WorkerSlot> used) {
        List<List<WorkerSlot>> free = new ArrayList<>();
        for (Offer offer : offers) {
            List<WorkerSlot> ofWorker = new ArrayList<>();
            for (int slot = 0; slot < offer.slots(); slot++) {
                WorkerSlot candidate = new WorkerSlot(offer.workerId(), slot);
                if (!used.contains(candidate)) {
                    ofWorker.add(candidate);
                }
            }
            free.add(ofWorker);
        }
        int offered = free.stream().mapToInt(List::size).sum();
        if (offered < slots.size()) {
            return List.of();
        }
        List<WorkerSlot> assigned = new ArrayList<>();
        int left = slots.size();
        int offeredLater = offered;
        for (int i = 0; i < free.size(); i++) {
            List<WorkerSlot> ofWorker = free.get(i);
            offeredLater -= ofWorker.size();
            int fairShare = (left + free.size() - i - 1) / (free.size() - i);
            int unavoidable = left - offeredLater;
            int take = Math.min(ofWorker.size(), Math.max(fairShare, unavoidable));
            assigned.addAll(ofWorker.subList(0, take));
            left -= take;
        }
        return assigned;
    }
}

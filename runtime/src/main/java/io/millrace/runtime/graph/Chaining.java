package io.millrace.runtime.graph;

import io.millrace.api.transform.ChainingStrategy;
import io.millrace.api.transform.Partitioning;

/**
 * Decides which edges of a stream graph become calls within one thread, and which edges copy.
 *
 * <p>Two operators are chained if records go from one to the other unchanged in number of subtasks
 * and in place (forward), nobody else feeds the second one, both may be chained and share a slot.
 *
 * <p>A record that can change belongs to whoever was given it: a function may keep it and change it
 * later, and may do the same with what it has emitted. So it is copied
 *
 * <ul>
 *   <li>at an edge to another subtask of the same worker, always, as that runs on another thread;
 *   <li>between two functions of the user's in a chain, and before each of several readers, unless
 *       the job says that its functions need none of this ({@code pipeline.object-reuse});
 *   <li>between an operator of ours that keeps what it emits and a function of the user's, always.
 * </ul>
 *
 * <p>Nothing is copied for an operator of ours, since none changes a record it does not own, nor
 * keeps one that is not its own.
 */
final class Chaining {
    private final StreamGraph graph;
    private final boolean enabled;
    private final boolean objectReuse;

    /**
     * @param enabled whether any operators are chained
     */
    Chaining(StreamGraph graph, boolean enabled, boolean objectReuse) {
        this.graph = graph;
        this.enabled = enabled;
        this.objectReuse = objectReuse;
    }

    HandOver handOver(StreamGraph.Edge edge) {
        StreamGraph.Node from = graph.node(edge.source());
        StreamGraph.Node to = graph.node(edge.target());
        boolean immutable = graph.typeOf(edge).isImmutable();
        if (!isChained(edge, from, to)) {
            return immutable ? HandOver.EDGE : HandOver.EDGE_COPY;
        }
        return !immutable && isCopied(from, to) ? HandOver.CHAINED_COPY : HandOver.CHAINED;
    }

    private boolean isChained(StreamGraph.Edge edge, StreamGraph.Node from, StreamGraph.Node to) {
        return enabled
                && graph.inputsOf(to.id()).size() == 1
                && edge.partitioning() instanceof Partitioning.Forward<?>
                && from.parallelism() == to.parallelism()
                && from.maxParallelism() == to.maxParallelism()
                && from.slotSharingGroup().equals(to.slotSharingGroup())
                && from.chaining() != ChainingStrategy.NEVER
                && to.chaining() == ChainingStrategy.ALWAYS;
    }

    private boolean isCopied(StreamGraph.Node from, StreamGraph.Node to) {
        if (!to.body().runsUserCode()) {
            return false;
        }
        return !objectReuse
                && (from.body().runsUserCode() || graph.outputsOf(from.id()).size() > 1);
    }
}

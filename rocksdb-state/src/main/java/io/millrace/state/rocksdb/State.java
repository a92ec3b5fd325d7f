package io.millrace.state.rocksdb;

import io.millrace.runtime.state.NamedState;
import io.millrace.runtime.state.StateDefinition.Kind;
import io.millrace.runtime.state.StateDefinition.Shape;
import io.millrace.runtime.state.StateTtl;

/**
 * A named state of a store.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class State implements NamedState {
    private final int id;
    private final Shape shape;
    private StateTtl ttl = StateTtl.NONE;

    /** Null where it has not been asked for in an order. */
    private OrderIndex order;

    State(int id, Shape shape) {
        this.id = id;
        this.shape = shape;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    boolean is(Kind kind) {
        return shape.kind() == kind;
    }

    StateTtl ttl() {
        return ttl;
    }

    @Override
    public void setTtl(StateTtl ttl) {
        this.ttl = ttl;
    }

    OrderIndex order() {
        return order;
    }

    void setOrder(OrderIndex order) {
        this.order = order;
    }
}

package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.transform.OperatorSpec;
import io.millrace.api.transform.OperatorSpec.Aggregate;
import io.millrace.api.transform.PartitionTransformation;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.type.FieldAccessor;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;

/**
 * A stream whose records with an equal key go to the same subtask.
 *
 * <p>In STREAMING mode reduce and the aggregates emit the key's result so far for each record; in
 * BATCH mode one result a key, at the end of the bounded input.
 *
 * @param <T> type of the records
 * @param <K> type of the keys
 */
public class KeyedStream<T, K> extends DataStream<T> {
    private static final Set<Class<?>> SUMMABLE =
            Set.of(
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    byte.class,
                    short.class,
                    int.class,
                    long.class,
                    float.class,
                    double.class,
                    BigInteger.class,
                    BigDecimal.class);

    private final KeySelector<T, K> keySelector;
    private final TypeInformation<K> keyType;

    KeyedStream(
            StreamExecutionEnvironment environment,
            PartitionTransformation<T> transformation,
            KeySelector<T, K> keySelector,
            TypeInformation<K> keyType) {
        super(environment, transformation);
        this.keySelector = requireNonNull(keySelector, "keySelector");
        this.keyType = requireNonNull(keyType, "keyType");
    }

    public KeySelector<T, K> getKeySelector() {
        return keySelector;
    }

    public TypeInformation<K> getKeyType() {
        return keyType;
    }

    public <R> SingleOutputStreamOperator<R> process(KeyedProcessFunction<K, T, R> function) {
        return process(
                function,
                TypeExtractor.outputOf(
                        requireNonNull(function, "function"),
                        KeyedProcessFunction.class,
                        2,
                        getType()));
    }

    public <R> SingleOutputStreamOperator<R> process(
            KeyedProcessFunction<K, T, R> function, TypeInformation<R> outputType) {
        return operator(
                "Keyed Process",
                outputType,
                checked("Keyed Process", function),
                f -> new OperatorSpec.KeyedProcess<>(keySelector, keyType, f));
    }

    /** Combines the records of each key, two at a time. */
    public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> function) {
        return operator(
                "Keyed Reduce",
                getType(),
                checked("Keyed Reduce", function),
                f -> new OperatorSpec.KeyedReduce<>(keySelector, keyType, f));
    }

    /** The sum of a numeric field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> sum(int positionToSum) {
        return aggregate("sum", Aggregate.SUM, field("sum", positionToSum));
    }

    public SingleOutputStreamOperator<T> sum(String field) {
        return aggregate("sum", Aggregate.SUM, field("sum", field));
    }

    /** The least value of a field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> min(int positionToMin) {
        return aggregate("min", Aggregate.MIN, field("min", positionToMin));
    }

    public SingleOutputStreamOperator<T> min(String field) {
        return aggregate("min", Aggregate.MIN, field("min", field));
    }

    /** The greatest value of a field; the other fields are those of the key's first record. */
    public SingleOutputStreamOperator<T> max(int positionToMax) {
        return aggregate("max", Aggregate.MAX, field("max", positionToMax));
    }

    public SingleOutputStreamOperator<T> max(String field) {
        return aggregate("max", Aggregate.MAX, field("max", field));
    }

    /** The record with the least value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> minBy(int positionToMinBy) {
        return minBy(positionToMinBy, true);
    }

    public SingleOutputStreamOperator<T> minBy(String field) {
        return minBy(field, true);
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(int positionToMinBy, boolean first) {
        return aggregate(
                "minBy",
                first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST,
                field("minBy", positionToMinBy));
    }

    /**
     * The record with the least value of a field.
     *
     * @param first of several records with the least value the first, else the last
     */
    public SingleOutputStreamOperator<T> minBy(String field, boolean first) {
        return aggregate(
                "minBy", first ? Aggregate.MIN_BY : Aggregate.MIN_BY_LAST, field("minBy", field));
    }

    /** The record with the greatest value of a field; of several, the first. */
    public SingleOutputStreamOperator<T> maxBy(int positionToMaxBy) {
        return maxBy(positionToMaxBy, true);
    }

    public SingleOutputStreamOperator<T> maxBy(String field) {
        return maxBy(field, true);
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(int positionToMaxBy, boolean first) {
        return aggregate(
                "maxBy",
                first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST,
                field("maxBy", positionToMaxBy));
    }

    /**
     * The record with the greatest value of a field.
     *
     * @param first of several records with the greatest value the first, else the last
     */
    public SingleOutputStreamOperator<T> maxBy(String field, boolean first) {
        return aggregate(
                "maxBy", first ? Aggregate.MAX_BY : Aggregate.MAX_BY_LAST, field("maxBy", field));
    }

    private SingleOutputStreamOperator<T> aggregate(
            String method, Aggregate aggregate, FieldAccessor<T, ?> field) {
        Class<?> type = field.fieldType().getTypeClass();
        // What the compiler erased is only seen at the values; the operator refuses it there.
        boolean known = !(field.fieldType() instanceof UnknownTypeInfo);
        if (known && aggregate == Aggregate.SUM && !SUMMABLE.contains(type)) {
            throw refused(
                    method,
                    field,
                    "a sum needs a number: byte, short, int, long, float, double, BigInteger or"
                            + " BigDecimal. Use reduce() for other types.");
        }
        if (known && !type.isPrimitive() && !Comparable.class.isAssignableFrom(type)) {
            throw refused(
                    method,
                    field,
                    method + "() needs a type that implements Comparable. Use reduce().");
        }
        return operator(
                "Keyed Aggregation",
                getType(),
                field,
                f -> new OperatorSpec.KeyedAggregate<>(keySelector, keyType, aggregate, f));
    }

    private InvalidProgramException refused(
            String method, FieldAccessor<T, ?> field, String reason) {
        return new InvalidProgramException(
                method
                        + "() of field '"
                        + field.expression()
                        + "' of "
                        + getType()
                        + " is not possible: the field is a "
                        + field.fieldType()
                        + ", and "
                        + reason);
    }

    @Override
    DataStream<T> partitioned(Partitioning<T> partitioning) {
        throw new InvalidProgramException(
                "A keyed stream cannot be divided by "
                        + partitioning.word()
                        + ": its records go where their key says. Call it before keyBy(), or after"
                        + " the next operator.");
    }
}

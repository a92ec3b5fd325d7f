package io.millrace.runtime.memory;

/** What a default bound does to a fraction that the user has set. */
enum FractionPolicy {
    /** Nothing: only a bound that the user has set counts. */
    FRACTION_WINS,
    /**
     * It caps the fraction, as in Flink; kept so that tests can compare with figures from there.
     */
    BOUND_WINS
}

package io.millrace.runtime.operator;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelBrokenException;

/**
 * An operator's function failed on a record. Goes up through the chain unchanged, so that the
 * operator named is the one that failed and not one of those that called it.
 */
public final class OperatorFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_RECORD_CHARACTERS = 200;

    private final String operator;
    private final String recordText;
    private final Failure.Category category;

    private OperatorFailure(
            String operator, String recordText, Failure.Category category, Throwable cause) {
        super(
                "Operator '"
                        + operator
                        + "' failed"
                        + (recordText == null ? "" : " on record " + recordText),
                cause);
        this.operator = operator;
        this.recordText = recordText;
        this.category = category;
    }

    /** A function of the user's threw on a record, or an output broke while it emitted. */
    public static OperatorFailure onRecord(String operator, Object record, Throwable cause) {
        return cause instanceof OperatorFailure inner
                ? inner
                : cause instanceof ChannelBrokenException
                        ? new OperatorFailure(operator, null, Failure.Category.CLUSTER, cause)
                        : new OperatorFailure(
                                operator, textOf(record), Failure.Category.USER_CODE, cause);
    }

    /** A function of the user's threw outside of any record. */
    public static OperatorFailure in(String operator, String call, Throwable cause) {
        return cause instanceof OperatorFailure inner
                ? inner
                : new OperatorFailure(
                        operator + "', in " + call + ", '",
                        null,
                        Failure.Category.USER_CODE,
                        cause);
    }

    /** Reading or writing outside of the job failed, without any fault of the user's code. */
    public static OperatorFailure outside(String operator, Throwable cause) {
        return cause instanceof OperatorFailure inner
                ? inner
                : new OperatorFailure(operator, null, Failure.Category.STATE, cause);
    }

    public String operator() {
        return operator;
    }

    /** Bounded; null if no record was at hand. */
    public String recordText() {
        return recordText;
    }

    /** Whose fault it was. */
    public Failure.Category category() {
        return category;
    }

    private static String textOf(Object record) {
        String text;
        try {
            text = String.valueOf(record);
        } catch (RuntimeException e) {
            return "of " + record.getClass().getName() + " (whose toString() failed: " + e + ")";
        }
        String shown =
                text.length() <= MAX_RECORD_CHARACTERS
                        ? text
                        : text.substring(0, MAX_RECORD_CHARACTERS)
                                + "... ("
                                + text.length()
                                + " characters)";
        return "'" + shown + "'";
    }
}

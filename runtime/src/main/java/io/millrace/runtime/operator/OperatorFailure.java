package io.millrace.runtime.operator;

import io.millrace.api.InvalidProgramException;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.state.StateException;

/**
 * An operator's function failed on a record. Goes up through the chain unchanged, so that the
 * operator named is the one that failed and not one of those that called it.
 */
public final class OperatorFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_RECORD_CHARACTERS = 200;
    private static final int MAX_CAUSES = 16;

    private final String where;
    private final Failure.Category category;

    private OperatorFailure(String where, Failure.Category category, Throwable cause) {
        super(where + " failed", cause);
        this.where = where;
        this.category = category;
    }

    /** A function of the user's threw on a record, or an output broke while it emitted. */
    public static OperatorFailure onRecord(String operator, Object record, Throwable cause) {
        OperatorFailure notTheUsers = notTheUsers(operator, cause);
        return notTheUsers != null
                ? notTheUsers
                : new OperatorFailure(
                        named(operator) + ", record " + textOf(record),
                        Failure.Category.USER_CODE,
                        cause);
    }

    /** A function of the user's threw outside of any record. */
    public static OperatorFailure in(String operator, String call, Throwable cause) {
        OperatorFailure notTheUsers = notTheUsers(operator, cause);
        return notTheUsers != null
                ? notTheUsers
                : new OperatorFailure(
                        named(operator) + ", in " + call, Failure.Category.USER_CODE, cause);
    }

    /** Reading or writing outside of the job failed, without any fault of the user's code. */
    public static OperatorFailure outside(String operator, Throwable cause) {
        OperatorFailure notTheUsers = notTheUsers(operator, cause);
        return notTheUsers != null
                ? notTheUsers
                : new OperatorFailure(named(operator), Failure.Category.STATE, cause);
    }

    /**
     * What came up through a function of the user's, which may have wrapped it: the failure of an
     * operator behind, of an output, or of its state. Null if there is no such thing among the
     * causes.
     */
    private static OperatorFailure notTheUsers(String operator, Throwable thrown) {
        Throwable at = thrown;
        for (int i = 0; at != null && i < MAX_CAUSES; i++, at = at.getCause()) {
            if (at instanceof OperatorFailure inner) {
                return inner;
            }
            if (at instanceof ChannelBrokenException) {
                return new OperatorFailure(named(operator), Failure.Category.CLUSTER, at);
            }
            if (at instanceof StateException state) {
                return new OperatorFailure(named(operator), state.category(), at);
            }
            if (at instanceof InvalidProgramException) {
                return new OperatorFailure(named(operator), Failure.Category.CONFIG, at);
            }
        }
        return null;
    }

    private static String named(String operator) {
        return "operator '" + operator + "'";
    }

    /** The operator, and what it was about; bounded. */
    public String where() {
        return where;
    }

    /** Whose fault it was. */
    public Failure.Category category() {
        return category;
    }

    private static String textOf(Object record) {
        String text;
        try {
            text = "" + record; // "null" also for a record whose text is null
        } catch (Exception | LinkageError | StackOverflowError e) {
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

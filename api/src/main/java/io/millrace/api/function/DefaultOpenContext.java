package io.millrace.api.function;

/** The context that every function is opened with. */
public final class DefaultOpenContext implements OpenContext {
    public static final OpenContext INSTANCE = new DefaultOpenContext();

    private DefaultOpenContext() {}
}

package io.millrace.api.function;

/** Takes records and does nothing with them. */
public class DiscardingSink<T> implements SinkFunction<T> {
    private static final long serialVersionUID = 1L;

    @Override
    public void invoke(T value) {}

    @Override
    public void invoke(T value, Context context) {}
}

package io.millrace.api.function;

import io.millrace.api.Configuration;

/** A function with a life cycle and access to its surroundings. */
public interface RichFunction extends Function {

    /** Called once in each subtask before the first record. */
    void open(Configuration parameters) throws Exception;

    /** Called once in each subtask after the last record, also after a failure. */
    void close() throws Exception;

    RuntimeContext getRuntimeContext();

    void setRuntimeContext(RuntimeContext context);
}

package io.millrace.api.state;

/** What {@link CheckpointedFunction#initializeState} is told. */
public interface FunctionInitializationContext extends ManagedInitializationContext {}

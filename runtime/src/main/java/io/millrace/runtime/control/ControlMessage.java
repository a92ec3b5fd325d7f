package io.millrace.runtime.control;

/**
 * Whatever travels on the control channel. Contains only engine types: what is the user's is bytes.
 */
public sealed interface ControlMessage
        permits ToMaster, ToWorker, FromClient, ToClient, RecordsMessage {}

package io.millrace.api.source;

import java.io.Serializable;

/** What an enumerator and its readers tell each other beyond splits; travels serialized. */
public interface SourceEvent extends Serializable {}

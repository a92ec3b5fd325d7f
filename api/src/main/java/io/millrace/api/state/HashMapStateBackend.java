package io.millrace.api.state;

import io.millrace.api.Configuration;
import java.util.Map;

/** State in managed memory, and on local disks what does not fit; the same as setting nothing. */
public record HashMapStateBackend() implements StateBackend {

    @Override
    public Configuration toConfiguration() {
        return Configuration.fromMap(Map.of("state.backend.type", "managed"));
    }
}

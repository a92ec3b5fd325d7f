package io.millrace.runtime.config;
import java.util.Set;
final class KnownKeys {
    static boolean contains(String key) { return false; }
    static Set<String> all() { return Set.of(); }
}

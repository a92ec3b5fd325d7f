package org.example.jobs;

/** A class that is no program. */
public final class NoMain {
    private NoMain() {}
}

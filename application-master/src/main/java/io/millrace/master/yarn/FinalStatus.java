package io.millrace.master.yarn;

import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;

/** What YARN is told at the end of an application. */
public enum FinalStatus {
    SUCCEEDED(FinalApplicationStatus.SUCCEEDED),
    FAILED(FinalApplicationStatus.FAILED),
    KILLED(FinalApplicationStatus.KILLED);

    private final FinalApplicationStatus yarn;

    FinalStatus(FinalApplicationStatus yarn) {
        this.yarn = yarn;
    }

    FinalApplicationStatus yarn() {
        return yarn;
    }
}

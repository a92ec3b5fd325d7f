package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.util.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndedApplicationsTest {
    private static final String KNOWN = "application_1000_0007";

    private final Map<String, YarnApplicationState> yarn = new HashMap<>();
    private final EndedApplications ended =
            new EndedApplications(this::report, ApplicationId.newInstance(2000, 1));

    private ApplicationReport report(ApplicationId id) throws YarnException {
        YarnApplicationState state = yarn.get(id.toString());
        if (state == null) {
            throw new ApplicationNotFoundException(id + " is not known");
        }
        ApplicationReport report = Records.newRecord(ApplicationReport.class);
        report.setYarnApplicationState(state);
        return report;
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoByWhatYarnSaysOfTheApplicationItselfWhateverItsType(YarnApplicationState state) {
        yarn.put(KNOWN, state);

        assertThat(ended.test(KNOWN))
                .isEqualTo(
                        state == YarnApplicationState.FINISHED
                                || state == YarnApplicationState.FAILED
                                || state == YarnApplicationState.KILLED);
    }

    @Test
    void shouldTakeWhatYarnHasForgottenForEndedUnlessItMayBeAnotherClusters() {
        assertThat(ended.test("application_2000_0001")).isTrue();
        assertThat(ended.test("application_1999_0001")).isFalse();
    }

    @Test
    void shouldTakeNothingForEndedWhenYarnDoesNotAnswer() {
        EndedApplications deaf =
                new EndedApplications(
                        id -> {
                            throw new IOException("no answer");
                        },
                        ApplicationId.newInstance(2000, 1));

        assertThat(deaf.test("application_2000_0001")).isFalse();
    }
}

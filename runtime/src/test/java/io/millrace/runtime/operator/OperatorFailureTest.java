package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.exchange.ChannelBrokenException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorFailureTest {

    @Test
    void shouldNameTheOperatorThatFailedWhenTheOneBeforeItWrapsTheFailure() {
        OperatorFailure inner = OperatorFailure.onRecord("inner", 7, new IOException("bad"));
        OperatorFailure outer =
                OperatorFailure.onRecord("outer", 1, new RuntimeException("wrapped", inner));

        assertThat(outer).isSameAs(inner);
        assertThat(outer.where()).isEqualTo("operator 'inner', record '7'");
    }

    @Test
    void shouldBlameTheClusterForABrokenChannelWhereverItShows() {
        ChannelBrokenException broken = new ChannelBrokenException("worker 2 is gone");
        List<OperatorFailure> failures =
                List.of(
                        OperatorFailure.onRecord("a", 1, broken),
                        OperatorFailure.onRecord("a", 1, new IllegalStateException(broken)),
                        OperatorFailure.in("a", "close()", broken),
                        OperatorFailure.outside("a", broken));

        assertThat(failures)
                .allSatisfy(
                        failure -> {
                            assertThat(failure.category()).isEqualTo(Category.CLUSTER);
                            assertThat(failure.getCause()).isSameAs(broken);
                        });
    }

    @Test
    void shouldSayWhichCallFailed() {
        OperatorFailure failure = OperatorFailure.in("count", "open()", new IOException("no"));

        assertThat(failure.where()).isEqualTo("operator 'count', in open()");
        assertThat(failure).hasMessage("operator 'count', in open() failed");
    }

    @Test
    void shouldNameASinkThatCannotFinish() {
        Operator sink =
                new Operator() {
                    @Override
                    public void process(Object value, long timestampMillis) {}

                    @Override
                    public boolean finish(int maxRecords) throws IOException {
                        throw new IOException("disk full");
                    }
                };
        OperatorChain chain =
                new OperatorChain(
                        "text",
                        "uid",
                        null,
                        List.of(),
                        new Downstream(List.of(), List.of()),
                        List.of(
                                new OperatorChain.Member(
                                        "text", "uid", sink, null, null, List.of())),
                        List.of(),
                        List.of());

        assertThatThrownBy(() -> chain.finish(1))
                .isInstanceOfSatisfying(
                        OperatorFailure.class,
                        failure -> {
                            assertThat(failure.category()).isEqualTo(Category.STATE);
                            assertThat(failure.where()).isEqualTo("operator 'text'");
                            assertThat(failure).hasRootCauseMessage("disk full");
                        });
    }
}

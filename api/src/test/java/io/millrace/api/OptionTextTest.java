package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionTextTest {
    @Test
    void shouldReadGlobalParametersAsAUserWritesThem() {
        assertThat(OptionText.toMap("o", "a:1, b : two words ,'c,d':'it''s: x'"))
                .isEqualTo(Map.of("a", "1", "b", "two words", "c,d", "it's: x"));
        for (String wrong : new String[] {"a", "a:'b", "'a:b", "a:'b'c"}) {
            assertThatThrownBy(() -> OptionText.toMap("the.key", wrong))
                    .as(wrong)
                    .isInstanceOf(InvalidProgramException.class)
                    .hasMessageContaining("the.key")
                    .hasMessageContaining(wrong);
        }
    }
}

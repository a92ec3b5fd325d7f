package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {

    @ParameterizedTest
    @CsvSource({
        "12g, 12884901888",
        "1728m, 1811939328",
        "64 mb, 67108864",
        "' 64MiB ', 67108864",
        "4096, 4096",
        "0, 0",
        "7 bytes, 7",
        "7b, 7",
        "3kibibytes, 3072",
        "1 TB, 1099511627776",
        "9223372036854775807, 9223372036854775807"
    })
    void shouldCountBytesWhenTextIsANumberWithAUnit(String text, long bytes) {
        assertThat(MemorySize.parse(text).getBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "1.5g", "-1m", "12 gigs", "1 2m", "99999999999g", "\u0661m"})
    void shouldRefuseWhenTextIsNoAmount(String text) {
        assertThatThrownBy(() -> MemorySize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Property
    void shouldReadBackWhatItWrites(@ForAll @LongRange(min = 0) long bytes) {
        MemorySize size = MemorySize.ofBytes(bytes);

        assertThat(MemorySize.parse(size.toString())).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"12884901888, 12g", "1811939328, 1728m", "1536, 1536b", "2048, 2k", "0, 0b"})
    void shouldWriteTheLargestUnitThatDivides(long bytes, String text) {
        assertThat(MemorySize.ofBytes(bytes)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"100, 100 bytes", "1536, 1.5 KiB", "5637144490, 5.25 GiB", "1073741824, 1 GiB"})
    void shouldRoundWhenWrittenForPeople(long bytes, String text) {
        assertThat(MemorySize.ofBytes(bytes).toHumanReadableString()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"2147483648, 0.1, 214748368", "13153337344, 0.4, 5261335016", "10, 0.99, 9"})
    void shouldCutAProductWithAWidenedFloatToWholeBytes(long bytes, float factor, long product) {
        assertThat(MemorySize.ofBytes(bytes).multiply(factor).getBytes()).isEqualTo(product);
    }
}

package io.millrace.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ClassCopyTest {
    private final JobClasses classes = new JobClasses(getClass().getClassLoader());

    @Test
    void shouldRunTheSameCodeInAClassOfItsOwn() {
        LongUnaryOperator last = copy("last").newInstance(LongUnaryOperator.class, same(), 100L);
        LongUnaryOperator first = copy("first").newInstance(LongUnaryOperator.class, last, 10L);

        assertThat(first.applyAsLong(1)).isEqualTo(111);
        assertThat(first.applyAsLong(1)).isEqualTo(113);
        assertThat(first.getClass()).isNotEqualTo(last.getClass());
        assertThat(first).isNotInstanceOf(CopyableAdder.class);
    }

    @Test
    void shouldHaveOneClassForEachPlaceAndJob() {
        assertThat(copy("a")).isSameAs(copy("a")).isNotSameAs(copy("b"));
        assertThat(new JobClasses(getClass().getClassLoader()).copy(lookup(), adder(), "a"))
                .isNotSameAs(copy("a"));
    }

    @Test
    void shouldBearThePlaceInItsName() {
        LongUnaryOperator copied =
                copy("Map: price in \u20ac").newInstance(LongUnaryOperator.class, same(), 1L);

        assertThat(copied.getClass().getSimpleName())
                .startsWith("CopyableAdder_Map__price_in__/0x");
        assertThat(copied.getClass().getNestHost()).isEqualTo(CopyableAdder.class);
    }

    @Test
    void shouldThrowWhatTheCodeThrows() {
        LongUnaryOperator copied = copy("a").newInstance(LongUnaryOperator.class, same(), 1L);

        assertThatThrownBy(() -> copied.applyAsLong(-3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("call 1 with -3");
        assertThatThrownBy(() -> copy("a").newInstance(LongUnaryOperator.class, "one", 1L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No " + adder().getName() + " of [one, 1]");
    }

    @Test
    void shouldRefuseWhatDoesNotStandByItself() {
        assertThatThrownBy(() -> classes.copy(lookup(), Within.class, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        Within.class.getName()
                                + " cannot be copied: it stands within another class.");
        refused(HasLambda.class, "it has a lambda, or a reference to a method of its own");
        refused(CapturesItself.class, "the signature of 'get' names the class itself");
        refused(KnowsItself.class, "the signature of 'other' names the class itself");
        refused(NamesItself.class, "the type of method 'same' names the class itself");
        refused(HasArrays.class, "it has arrays of its own type");
        refused(Counts.class, "field 'made' is static and not final: each copy would have its own");
        refused(TwoWays.class, "it has 2 constructors, not one");
    }

    private void refused(Class<?> original, String reason) {
        assertThatThrownBy(() -> classes.copy(lookup(), original, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(original.getName() + " cannot be copied: " + reason + ".");
    }

    private ClassCopy copy(String place) {
        return classes.copy(lookup(), adder(), place);
    }

    private static Class<?> adder() {
        return CopyableAdder.class;
    }

    private static MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    private static LongUnaryOperator same() {
        return LongUnaryOperator.identity();
    }

    private static final class Within {}
}

final class HasLambda {
    Supplier<String> text() {
        return () -> "text";
    }
}

final class CapturesItself {
    private int calls;

    Supplier<Integer> calls() {
        return () -> calls++;
    }
}

final class KnowsItself {
    private Object seen;
    private KnowsItself other;

    Object other() {
        seen = other;
        return seen;
    }
}

abstract class NamesItself {
    abstract NamesItself same();
}

final class HasArrays {
    Object array() {
        return new HasArrays[1][1];
    }
}

final class Counts {
    static int made;

    Counts() {
        made++;
    }
}

final class TwoWays {
    TwoWays() {}

    TwoWays(int way) {
        assert way > 0;
    }
}

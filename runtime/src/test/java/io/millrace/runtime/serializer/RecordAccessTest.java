package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.ModuleVisitor;
import org.objectweb.asm.Opcodes;

/** Classes of all the kinds that are hard to reach. */
class RecordAccessTest {
    private static final ClassLoader OURS = RecordAccessTest.class.getClassLoader();

    private record Secret(int id, String text, List<Inner> inners) {}

    private enum Shade {
        LIGHT,
        DARK
    }

    private record Inner(Shade shade, long[] counts) {}

    private static final class Hidden {
        private int id;
        private String text = "unset";
        private Inner inner;

        private Hidden() {}

        @Override
        public boolean equals(Object other) {
            return other instanceof Hidden that
                    && id == that.id
                    && Objects.equals(text, that.text)
                    && inner.shade() == that.inner.shade();
        }

        @Override
        public int hashCode() {
            return id;
        }
    }

    public static class Parent {
        private long key;
        private String name;
        protected int guarded;
        int near;

        public long getKey() {
            return key;
        }

        public void setKey(long key) {
            this.key = key;
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getGuarded() {
            return guarded;
        }

        public void setGuarded(int guarded) {
            this.guarded = guarded;
        }

        public int getNear() {
            return near;
        }

        public void setNear(int near) {
            this.near = near;
        }
    }

    public static class Child extends Parent {
        public double extra;
        private boolean isOn;

        public boolean isOn() {
            return isOn;
        }

        public void setOn(boolean on) {
            this.isOn = on;
        }
    }

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(int side, Shape inner) implements Shape {}

    abstract static class Animal {
        String name;
    }

    static final class Dog extends Animal {
        int age;
    }

    record Positive(int number) {
        Positive {
            if (number <= 0) {
                throw new IllegalArgumentException(number + " is not positive");
            }
        }
    }

    static final class Refusing {
        static boolean refuses;
        int number;

        Refusing() throws ReflectiveOperationException {
            if (refuses) {
                throw new ReflectiveOperationException("not now");
            }
        }
    }

    public static class Word extends Tuple2<String, Long> {}

    record Empty() {}

    record Generic<T extends Comparable<T>, U>(T first, U second) {}

    static final class Wide {
        byte b;
        short s;
        char c;
        float f;
        boolean z;
        Byte boxedByte;
        Short boxedShort;
        Character boxedChar;
        Float boxedFloat;
        Boolean boxedBoolean;
        Long boxedLong;
        Object any;
    }

    private static <T> TypeSerializer<T> compile(TypeInformation<T> type) {
        return Serializers.compile(type, new JobClasses(OURS));
    }

    private static byte[] bytes(TypeSerializer<Object> serializer, Object value)
            throws IOException {
        RecordOutput out = new RecordOutput(1);
        serializer.serialize(value, out);
        return Arrays.copyOf(out.bytes(), out.length());
    }

    private static Object read(TypeSerializer<Object> serializer, byte[] bytes) throws IOException {
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        Object value = serializer.deserialize(in);
        assertThat(in.remaining()).isZero();
        return value;
    }

    /** Through bytes and copy; each field of the result is as that of the value. */
    @SuppressWarnings("unchecked")
    private static Object carried(TypeInformation<?> type, Object value) throws IOException {
        assertThat(Serializers.describe(type)).isEqualTo("generated");
        TypeSerializer<Object> serializer = (TypeSerializer<Object>) compile(type);
        assertThat(serializer.copy(value)).usingRecursiveComparison().isEqualTo(value);
        Object read = read(serializer, bytes(serializer, value));
        assertThat(read).hasSameClassAs(value).usingRecursiveComparison().isEqualTo(value);
        return read;
    }

    @Test
    void shouldReachPrivateClassesAndTheirPrivateMembers() throws IOException {
        carried(
                TypeInformation.of(Secret.class),
                new Secret(1, "a", List.of(new Inner(Shade.DARK, new long[] {1, 2}))));
        carried(TypeInformation.of(Secret.class), new Secret(1, null, null));
        Hidden hidden = new Hidden();
        hidden.id = 7;
        hidden.text = null;
        hidden.inner = new Inner(Shade.LIGHT, null);
        assertThat(((Hidden) carried(TypeInformation.of(Hidden.class), hidden)).text).isNull();
        carried(TypeInformation.of(Empty.class), new Empty());
    }

    @Test
    void shouldReachFieldsThatSuperclassesKeepPrivate() throws IOException {
        Child child = new Child();
        child.setKey(5);
        child.setName("n");
        child.guarded = 3;
        child.near = 4;
        child.extra = 0.5;
        child.isOn = true;

        Child read = (Child) carried(TypeInformation.of(Child.class), child);

        assertThat(read.getKey()).isEqualTo(5);
        assertThat(read.getName()).isEqualTo("n");
        Word word = new Word();
        word.f0 = "w";
        word.f1 = 2L;
        carried(TypeInformation.of(Word.class), word);
    }

    @Test
    void shouldCarryValuesOfSealedAndAbstractTypes() throws IOException {
        Square square = new Square(2, new Circle(1));
        Dog dog = new Dog();
        dog.name = "Rex";
        dog.age = 3;
        TypeInformation<Generic<String, Shape>> type =
                new TypeHint<Generic<String, Shape>>() {}.getTypeInfo();
        TypeSerializer<Generic<String, Shape>> shapes = compile(type);
        RecordOutput out = new RecordOutput(1);
        shapes.serialize(new Generic<>("a", square), out);
        RecordInput in = new RecordInput();
        in.reset(out.bytes(), 0, out.length());

        assertThat(shapes.deserialize(in)).isEqualTo(new Generic<>("a", square));
        @SuppressWarnings("unchecked")
        TypeSerializer<Object> animals =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) compile(TypeInformation.of(Animal.class));
        assertThat(read(animals, bytes(animals, dog)))
                .isInstanceOf(Dog.class)
                .usingRecursiveComparison()
                .isEqualTo(dog);
    }

    @Test
    void shouldCarryEveryPrimitiveBoxedOrNot() throws IOException {
        Wide wide = new Wide();
        wide.b = -1;
        wide.s = Short.MIN_VALUE;
        wide.c = '\uffff';
        wide.f = -0.0f;
        wide.z = true;
        wide.boxedByte = -128;
        wide.boxedShort = 300;
        wide.boxedChar = 'x';
        wide.boxedFloat = Float.MIN_VALUE;
        wide.boxedBoolean = false;
        wide.boxedLong = Long.MIN_VALUE;
        wide.any = "any";
        TypeSerializer<Wide> serializer = compile(TypeInformation.of(Wide.class));
        RecordOutput out = new RecordOutput(1);
        serializer.serialize(wide, out);
        RecordInput in = new RecordInput();
        in.reset(out.bytes(), 0, out.length());

        assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(wide);
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldEndInIOExceptionWhenConstructorRefusesWhatWasRead() throws IOException {
        TypeSerializer<Object> numbers =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) compile(TypeInformation.of(Positive.class));
        byte[] bytes = bytes(numbers, new Positive(1));
        bytes[bytes.length - 1] = 0;

        assertThatThrownBy(() -> read(numbers, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 is not positive");
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldEndInIOExceptionWhenConstructorThrowsCheckedException() throws Exception {
        TypeSerializer<Object> refusing =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) compile(TypeInformation.of(Refusing.class));
        Refusing value = new Refusing();
        byte[] bytes = bytes(refusing, value);
        Refusing.refuses = true;
        try {
            assertThatThrownBy(() -> read(refusing, bytes))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not now");
            assertThatThrownBy(() -> refusing.copy(value))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not now");
        } finally {
            Refusing.refuses = false;
        }
    }

    /** Has classes of this test once more, and finds the engine only if it may. */
    private static final class OtherLoader extends ClassLoader {
        OtherLoader(ClassLoader parent) {
            super(parent);
        }

        Class<?> defineAgain(Class<?> type) throws IOException {
            try (InputStream in =
                    OURS.getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(type.getName(), bytes, 0, bytes.length);
            }
        }

        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    @SuppressWarnings("unchecked")
    private static void carriedThrough(OtherLoader loader) throws Exception {
        Class<?> shade = loader.defineAgain(Shade.class);
        Class<?> inner = loader.defineAgain(Inner.class);
        Class<?> secret = loader.defineAgain(Secret.class);
        Class<?> parent = loader.defineAgain(Parent.class);
        Class<?> child = loader.defineAgain(Child.class);
        loader.defineAgain(RecordAccessTest.class);
        Constructor<?> newInner = inner.getDeclaredConstructor(shade, long[].class);
        newInner.setAccessible(true);
        Constructor<?> newSecret =
                secret.getDeclaredConstructor(int.class, String.class, List.class);
        newSecret.setAccessible(true);
        Object value =
                newSecret.newInstance(
                        1, "a", List.of(newInner.newInstance(shade.getEnumConstants()[1], null)));
        assertThat(secret.getClassLoader()).isSameAs(loader);
        JobClasses classes = new JobClasses(loader);
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>)
                                Serializers.compile(TypeInformation.of(secret), classes);
        assertThat(Serializers.describe(TypeInformation.of(secret))).isEqualTo("generated");

        Object read = read(serializer, bytes(serializer, value));

        assertThat(read).hasSameClassAs(value).hasToString(value.toString());
        assertThat(serializer.copy(value)).isNotSameAs(value).hasToString(value.toString());
        Object heir = child.getConstructor().newInstance();
        Field key = parent.getDeclaredField("key");
        key.setAccessible(true);
        key.set(heir, 77L);
        TypeSerializer<Object> heirs =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) Serializers.compile(TypeInformation.of(child), classes);
        assertThat(key.get(read(heirs, bytes(heirs, heir)))).isEqualTo(77L);
        assertThat(key.get(heirs.copy(heir))).isEqualTo(77L);
        CompositeType<?> heirType = (CompositeType<?>) TypeInformation.of(child);
        RecordInput in = new RecordInput();
        byte[] bytes = bytes(heirs, heir);
        in.reset(bytes, 0, bytes.length);
        assertThat(
                        Serializers.fieldReader(heirType, heirType.getFieldIndex("key"), classes)
                                .readLong(in))
                .isEqualTo(77);
    }

    @Test
    void shouldReachPrivateClassesOfTheJobsLoader() throws Exception {
        carriedThrough(new OtherLoader(OURS));
    }

    @Test
    void shouldReachClassesBesideOnesOfTheSamePackageInTheParent() throws Exception {
        // Two loaders below one another, each with types of one package.
        OtherLoader upper = new OtherLoader(OURS);
        carriedThrough(upper);
        carriedThrough(new OtherLoader(upper));
    }

    @Test
    void shouldReachClassesOfLoaderThatDoesNotFindTheEngine() throws Exception {
        carriedThrough(new OtherLoader(ClassLoader.getPlatformClassLoader()));
    }

    /** {@code class Name { <type> f000; ... }}, not public. */
    private static byte[] classWithFields(String name, int fields) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(Opcodes.V17, Opcodes.ACC_SUPER, name, null, "java/lang/Object", null);
        for (int i = 0; i < fields; i++) {
            writer.visitField(
                            Opcodes.ACC_PRIVATE,
                            String.format("f%03d", i),
                            i % 3 == 0 ? "J" : i % 3 == 1 ? "Ljava/lang/String;" : "[I",
                            null,
                            null)
                    .visitEnd();
        }
        MethodVisitor code = writer.visitMethod(0, "<init>", "()V", null, null);
        code.visitCode();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        code.visitInsn(Opcodes.RETURN);
        code.visitMaxs(0, 0);
        code.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldCarryClassesWithHundredsOfFields() throws Exception {
        for (String name : new String[] {"InNoPackage", "some/where/InAPackage"}) {
            Class<?> type = new OtherLoader(OURS).define(classWithFields(name, 500));
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object value = constructor.newInstance();
            List<Field> fields = new ArrayList<>(Arrays.asList(type.getDeclaredFields()));
            for (int i = 0; i < fields.size(); i++) {
                Field field = fields.get(i);
                field.setAccessible(true);
                if (field.getType() == long.class) {
                    field.set(value, (long) i);
                } else if (i < 400) {
                    field.set(value, field.getType() == int[].class ? new int[] {i} : "t" + i);
                }
            }
            TypeInformation<?> description = TypeInformation.of(type);
            assertThat(Serializers.describe(description)).isEqualTo("generated");
            TypeSerializer<Object> serializer =
                    (TypeSerializer<Object>)
                            (TypeSerializer<?>)
                                    Serializers.compile(
                                            description, new JobClasses(type.getClassLoader()));
            for (boolean full : new boolean[] {false, true}) {
                if (full) {
                    for (Field field : fields) {
                        if (field.getType() != long.class) {
                            field.set(value, field.getType() == int[].class ? new int[3] : "full");
                        }
                    }
                }
                Object read = read(serializer, bytes(serializer, value));
                Object copy = serializer.copy(value);
                for (Field field : fields) {
                    assertThat(field.get(read)).isEqualTo(field.get(value));
                    assertThat(field.get(copy)).isEqualTo(field.get(value));
                }
            }
            CompositeType<?> composite = (CompositeType<?>) description;
            byte[] bytes = bytes(serializer, value);
            RecordInput in = new RecordInput();
            in.reset(bytes, 0, bytes.length);
            assertThat(
                            Serializers.fieldReader(
                                            composite,
                                            composite.getFieldIndex("f498"),
                                            new JobClasses(type.getClassLoader()))
                                    .readLong(in))
                    .isEqualTo(498);
        }
    }

    /** {@code public class Name { private int number; getNumber(), setNumber(int) }}. */
    private static byte[] pojo(String name) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(
                Opcodes.V17,
                Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER,
                name,
                null,
                "java/lang/Object",
                null);
        writer.visitField(Opcodes.ACC_PRIVATE, "number", "I", null, null).visitEnd();
        MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        code.visitInsn(Opcodes.RETURN);
        code.visitMaxs(0, 0);
        code = writer.visitMethod(Opcodes.ACC_PUBLIC, "getNumber", "()I", null, null);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, name, "number", "I");
        code.visitInsn(Opcodes.IRETURN);
        code.visitMaxs(0, 0);
        code = writer.visitMethod(Opcodes.ACC_PUBLIC, "setNumber", "(I)V", null, null);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ILOAD, 1);
        code.visitFieldInsn(Opcodes.PUTFIELD, name, "number", "I");
        code.visitInsn(Opcodes.RETURN);
        code.visitMaxs(0, 0);
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static byte[] moduleInfo(String name, String exportedPackage) {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V17, Opcodes.ACC_MODULE, "module-info", null, null, null);
        ModuleVisitor module = writer.visitModule(name, 0, null);
        module.visitRequire("java.base", Opcodes.ACC_MANDATED, null);
        module.visitExport(exportedPackage, 0);
        module.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldTakePublicWayIntoClosedModuleAndSayWhenThereIsNone(@TempDir Path folder)
            throws Exception {
        Files.write(folder.resolve("module-info.class"), moduleInfo("closed", "exported"));
        for (String name : new String[] {"exported", "secret"}) {
            Files.createDirectory(folder.resolve(name));
            Files.write(folder.resolve(name).resolve("Pojo.class"), pojo(name + "/Pojo"));
        }
        ModuleLayer boot = ModuleLayer.boot();
        ClassLoader loader =
                boot.defineModulesWithOneLoader(
                                boot.configuration()
                                        .resolve(
                                                ModuleFinder.of(folder),
                                                ModuleFinder.of(),
                                                List.of("closed")),
                                OURS)
                        .findLoader("closed");
        Class<?> exported = loader.loadClass("exported.Pojo");
        TypeInformation<?> type = TypeInformation.of(exported);
        Object value = exported.getConstructor().newInstance();
        exported.getMethod("setNumber", int.class).invoke(value, 42);
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>)
                        (TypeSerializer<?>) Serializers.compile(type, new JobClasses(loader));

        Object read = read(serializer, bytes(serializer, value));

        assertThat(Serializers.describe(type)).isEqualTo("generated");
        assertThat(bytes(serializer, value)).containsExactly(0, 0, 0, 0, 42);
        assertThat(exported.getMethod("getNumber").invoke(read)).isEqualTo(42);
        assertThat(exported.getMethod("getNumber").invoke(serializer.copy(value))).isEqualTo(42);
        assertThat(Serializers.describe(TypeInformation.of(loader.loadClass("secret.Pojo"))))
                .startsWith("Kryo: secret.Pojo is in a module that is closed to the engine")
                .contains("open the package");
    }
}

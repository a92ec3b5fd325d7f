import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the sources of Tuple1 to Tuple25; run by the build as a single source file.
 *
 * <p>Arguments: the folder for the sources. A file whose text would not change is left alone, so
 * that the compiler does not begin again.
 */
final class TupleGenerator {
    private static final int MAX_ARITY = 25;

    private TupleGenerator() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]).resolve("io/millrace/api/tuple");
        Files.createDirectories(folder);
        for (int arity = 1; arity <= MAX_ARITY; arity++) {
            Path file = folder.resolve("Tuple" + arity + ".java");
            String text = source(arity);
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Files.writeString(file, text);
            }
        }
    }

    private static String source(int arity) {
        String name = "Tuple" + arity;
        String types = each(arity, ", ", i -> "T" + i);
        String wild = each(arity, ", ", i -> "?");
        String self = name + "<" + types + ">";
        String parameters = each(arity, ", ", i -> "T" + i + " f" + i);
        String fields = each(arity, ", ", i -> "f" + i);
        StringBuilder out = new StringBuilder();
        out.append("package io.millrace.api.tuple;\n\n")
                .append("import java.util.Objects;\n\n")
                .append("/** A tuple of ").append(arity).append(arity == 1 ? " field" : " fields")
                .append("; the fields are public and may be replaced. */\n")
                .append("public class ").append(name).append("<").append(types)
                .append("> extends Tuple {\n")
                .append("    private static final long serialVersionUID = 1L;\n\n");
        for (int i = 0; i < arity; i++) {
            out.append("    public T").append(i).append(" f").append(i).append(";\n");
        }
        out.append("\n    /** All fields are null. */\n    public ").append(name).append("() {}\n\n")
                .append("    public ").append(name).append("(").append(parameters).append(") {\n")
                .append(each(arity, "", i -> "        this.f" + i + " = f" + i + ";\n"))
                .append("    }\n\n")
                .append("    public static <").append(types).append("> ").append(self)
                .append(" of(").append(parameters).append(") {\n")
                .append("        return new ").append(name).append("<>(").append(fields)
                .append(");\n    }\n\n")
                .append("    public void setFields(").append(parameters).append(") {\n")
                .append(each(arity, "", i -> "        this.f" + i + " = f" + i + ";\n"))
                .append("    }\n\n");
        if (arity == 2) {
            out.append("    /** A new tuple with the fields exchanged. */\n")
                    .append("    public Tuple2<T1, T0> swap() {\n")
                    .append("        return new Tuple2<>(f1, f0);\n    }\n\n");
        }
        out.append("    @Override\n    public int getArity() {\n        return ").append(arity)
                .append(";\n    }\n\n")
                .append("    @Override\n    @SuppressWarnings(\"unchecked\")\n")
                .append("    public <T> T getField(int position) {\n")
                .append("        switch (position) {\n")
                .append(each(arity, "", i -> "            case " + i + ":\n                return (T) f" + i + ";\n"))
                .append("            default:\n                throw noField(position);\n")
                .append("        }\n    }\n\n")
                .append("    @Override\n    @SuppressWarnings(\"unchecked\")\n")
                .append("    public <T> void setField(T value, int position) {\n")
                .append("        switch (position) {\n")
                .append(each(arity, "", i -> "            case " + i + ":\n                f" + i + " = (T" + i
                        + ") value;\n                return;\n"))
                .append("            default:\n                throw noField(position);\n")
                .append("        }\n    }\n\n")
                .append("    @Override\n    @SuppressWarnings(\"unchecked\")\n    public ").append(self)
                .append(" copy() {\n        return new ").append(name).append("<>(").append(fields)
                .append(");\n    }\n\n")
                .append("    @Override\n    public boolean equals(Object other) {\n")
                .append("        if (this == other) {\n            return true;\n        }\n")
                .append("        if (!(other instanceof ").append(name).append("<").append(wild)
                .append("> that)) {\n            return false;\n        }\n        return ")
                .append(each(arity, "\n                && ", i -> "Objects.equals(f" + i + ", that.f" + i + ")"))
                .append(";\n    }\n\n")
                .append("    @Override\n    public int hashCode() {\n")
                .append("        int result = Objects.hashCode(f0);\n")
                .append(IntStream.range(1, arity)
                        .mapToObj(i -> "        result = 31 * result + Objects.hashCode(f" + i + ");\n")
                        .collect(Collectors.joining()))
                .append("        return result;\n    }\n}\n");
        return out.toString();
    }

    private static String each(int arity, String separator, IntFunction<String> text) {
        return IntStream.range(0, arity).mapToObj(text).collect(Collectors.joining(separator));
    }
}

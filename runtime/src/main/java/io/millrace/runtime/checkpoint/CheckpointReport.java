package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.Subtask;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.serializer.ShapeReader;
import io.millrace.runtime.state.SnapshotContents;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says in lines of text what a savepoint or checkpoint holds, and whether it is whole.
 *
 * <p>Threads: one; reading blocks.
 */
public final class CheckpointReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    /** Elements of a list that are shown. */
    private static final int MAX_VALUES = 20;

    private static final int MAX_TEXT = 100;

    private final StoredCheckpoint stored;
    private final CheckpointMetadata metadata;
    private final boolean verify;
    private final List<String> lines = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();

    private CheckpointReport(StoredCheckpoint stored, boolean verify) {
        this.stored = stored;
        this.metadata = stored.metadata();
        this.verify = verify;
    }

    /**
     * Looks at it.
     *
     * @param verify whether all bytes are read, for their sums and to count entries
     */
    public static CheckpointReport of(StoredCheckpoint stored, boolean verify, ZoneId zone)
            throws IOException {
        CheckpointReport report = new CheckpointReport(stored, verify);
        report.write(zone);
        return report;
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** What is missing or not as it was written, a sentence for each file or state. */
    public List<String> damages() {
        return List.copyOf(damages);
    }

    private void write(ZoneId zone) throws IOException {
        lines.add(
                (metadata.kind().isSavepoint() ? "Savepoint " : "Checkpoint ")
                        + metadata.id()
                        + " of job '"
                        + metadata.jobName()
                        + "' ("
                        + metadata.jobId()
                        + ")");
        lines.add("  in      " + stored.place());
        lines.add(
                "  taken   "
                        + TIME.format(Instant.ofEpochMilli(metadata.wallMillis()).atZone(zone)));
        lines.add(
                "  bytes   "
                        + bytes(metadata.bytes())
                        + " in "
                        + metadata.allFiles().size()
                        + " files");
        try (StateReader reader =
                new StateReader(
                        new RestoredState(
                                metadata.id(), stored.folder().path(), false, List.of()))) {
            for (Vertex vertex : metadata.vertices()) {
                write(vertex, reader);
            }
        }
        writeFiles();
    }

    private void write(Vertex vertex, StateReader reader) throws IOException {
        long finished = vertex.subtasks().stream().filter(Subtask::finished).count();
        lines.add("");
        lines.add(
                vertex.name()
                        + ": parallelism "
                        + vertex.parallelism()
                        + ", maximum parallelism "
                        + vertex.maxParallelism()
                        + (finished == 0 ? "" : ", " + finished + " subtasks had finished"));
        for (CheckpointMetadata.Operator operator : vertex.operators()) {
            Map<String, List<Slice>> states = states(vertex, operator.uid());
            lines.add(
                    "  "
                            + operator.name()
                            + ", uid '"
                            + operator.uid()
                            + "'"
                            + (states.isEmpty() ? ": no state" : ""));
            for (List<Slice> parts : states.values()) {
                if (parts.get(0).part().kind() == Kind.KEYED) {
                    writeKeyed(parts, reader);
                } else if (parts.get(0).part().kind() == Kind.WATERMARK) {
                    writeWatermarks(parts);
                } else {
                    writeList(parts, reader);
                }
            }
        }
    }

    private Map<String, List<Slice>> states(Vertex vertex, String uid) {
        Map<String, List<Slice>> states = new LinkedHashMap<>();
        for (Subtask subtask : vertex.subtasks()) {
            for (OperatorState operator : subtask.operators()) {
                if (operator.uid().equals(uid)) {
                    for (StatePart part : operator.parts()) {
                        states.computeIfAbsent(
                                        part.kind() + " " + part.name(), n -> new ArrayList<>())
                                .addAll(part.slices(metadata.fileOf(subtask), 0, part.elements()));
                    }
                }
            }
        }
        return states;
    }

    private void writeWatermarks(List<Slice> parts) {
        LongSummaryStatistics millis =
                parts.stream()
                        .mapToLong(slice -> slice.part().watermarkMillis())
                        .summaryStatistics();
        lines.add(
                "    watermark "
                        + millis.getMin()
                        + (millis.getMin() == millis.getMax() ? "" : " to " + millis.getMax())
                        + " (milliseconds since 1970)");
    }

    /** What lay in channels of an edge, at one of their ends. */
    private void writeInFlight(List<Slice> parts, StateReader reader) {
        StatePart first = parts.get(0).part();
        long bytes = 0;
        for (Slice part : parts) {
            bytes += part.part().length();
            if (verify) {
                verifying(() -> reader.inFlight(part));
            }
        }
        lines.add(
                "    "
                        + (first.kind() == Kind.RECEIVED ? "received" : "not sent")
                        + " on edge '"
                        + first.name()
                        + "' of "
                        + first.type()
                        + ": "
                        + parts.size()
                        + " channels, "
                        + bytes(bytes));
    }

    private void writeList(List<Slice> parts, StateReader reader) {
        StatePart first = parts.get(0).part();
        if (first.kind().isInFlight()) {
            writeInFlight(parts, reader);
            return;
        }
        List<String> values = new ArrayList<>();
        long elements = 0;
        long bytes = 0;
        for (Slice part : parts) {
            elements += part.part().elements();
            bytes += part.part().length();
            verifying(
                    () -> {
                        if (verify || first.kind() == Kind.SPLIT_LIST) {
                            values.addAll(values(first.type(), reader.elements(part)));
                        }
                    });
        }
        lines.add(
                "    "
                        + switch (first.kind()) {
                            case SPLIT_LIST -> "list";
                            case UNION_LIST -> "union list";
                            case BROADCAST -> "broadcast";
                            case KEYED -> "keyed";
                            default ->
                                    throw new IllegalStateException(first.kind() + " is no list");
                        }
                        + " '"
                        + first.name()
                        + "' of "
                        + first.type()
                        + ": "
                        + elements
                        + " elements in "
                        + parts.size()
                        + " subtasks, "
                        + bytes(bytes));
        if (!values.isEmpty()) {
            int shown = Math.min(MAX_VALUES, values.size());
            lines.add(
                    "      "
                            + String.join(", ", values.subList(0, shown))
                            + (shown < values.size() ? ", ..." : ""));
        }
    }

    /** What can be said of elements without the classes of the program: positions mostly. */
    private static List<String> values(String type, List<byte[]> elements) throws IOException {
        List<String> values = new ArrayList<>();
        try {
            ShapeReader shape = ShapeReader.of(type);
            for (byte[] element : elements) {
                String text = String.valueOf(shape.read(element));
                values.add(text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "..." : text);
            }
        } catch (IllegalArgumentException e) {
            if (type.equals("long range")) {
                for (byte[] element : elements) {
                    ByteBuffer range = ByteBuffer.wrap(element);
                    values.add(range.getLong() + " to " + range.getLong());
                }
            }
        }
        return values;
    }

    private void writeKeyed(List<Slice> parts, StateReader reader) {
        long bytes = 0;
        String keyType = null;
        Map<String, String> types = new TreeMap<>();
        Map<String, Long> entries = new TreeMap<>();
        for (Slice part : parts) {
            bytes += part.part().length();
            SnapshotContents[] contents = new SnapshotContents[1];
            verifying(
                    () ->
                            contents[0] =
                                    verify
                                            ? SnapshotContents.counted(reader.input(part))
                                            : SnapshotContents.of(reader.input(part)));
            if (contents[0] != null) {
                keyType = contents[0].keyType();
                contents[0].states().forEach(state -> types.put(state.name(), state.type()));
                contents[0]
                        .entries()
                        .forEach((name, count) -> entries.merge(name, count, Long::sum));
            }
        }
        StatePart first = parts.get(0).part();
        lines.add(
                "    keyed by "
                        + (keyType == null ? "?" : keyType)
                        + ": key groups "
                        + parts.stream().mapToInt(p -> p.part().firstGroup()).min().orElse(0)
                        + " to "
                        + parts.stream().mapToInt(p -> p.part().lastGroup()).max().orElse(0)
                        + " in "
                        + parts.stream().mapToInt(p -> p.part().firstGroup()).distinct().count()
                        + " subtasks, "
                        + bytes(bytes)
                        + (types.isEmpty() ? ", nothing in it" : "")
                        + (first.name().equals("keyed") ? "" : " (" + first.name() + ")"));
        types.forEach(
                (name, type) ->
                        lines.add(
                                "      '"
                                        + name
                                        + "', "
                                        + type
                                        + (entries.containsKey(name)
                                                ? ": " + entries.get(name) + " entries"
                                                : "")));
    }

    private void writeFiles() throws IOException {
        CheckpointFolder.Opened folder = stored.folder().open();
        lines.add("");
        for (WorkerFile file : metadata.allFiles()) {
            URI at = folder.resolve(file.name());
            String found = "there";
            try {
                if (verify) {
                    FileCheckpointStorage.verify(folder.files(), at, file);
                    found = "its sum holds";
                } else if (folder.files().status(at).length() != file.length()) {
                    found = "DAMAGED, " + folder.files().status(at).length() + " bytes";
                    damages.add(
                            "File "
                                    + at
                                    + " has "
                                    + folder.files().status(at).length()
                                    + " bytes, and was written with "
                                    + file.length());
                }
            } catch (FileNotFoundException e) {
                found = "MISSING";
                damages.add("File " + at + " is not there");
            } catch (DamagedCheckpointException e) {
                found = "DAMAGED";
                damages.add(e.getMessage());
            }
            lines.add("file " + file.name() + ", " + bytes(file.length()) + ": " + found);
        }
    }

    private interface Reading {
        void run() throws IOException;
    }

    private void verifying(Reading reading) {
        try {
            reading.run();
        } catch (IOException | RuntimeException e) {
            damages.add(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    static String bytes(long count) {
        if (count < 1024) {
            return count + " bytes";
        }
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        double value = count / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}

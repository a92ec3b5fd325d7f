package io.millrace.runtime.file;

import io.millrace.api.fs.Compression;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.NoFileSystemException;
import io.millrace.runtime.file.OutputLayout.Part;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Finds the text files a job reads, and makes the ones it wrote visible.
 *
 * <p>A commit moves through three states that are told apart by the name of the run's folder alone,
 * so whoever comes next (the same master again, its successor, or one that was thought dead) goes
 * on from there:
 *
 * <pre>
 *   _temporary/(run)         clear: what the output folder holds is moved into (run) as old.(name)
 *        | rename            nobody can clear any more, as what he would move into is gone
 *   _temporary/(run).ready   move: each part to its name; then _SUCCESS; then _temporary is deleted
 *        |
 *   neither                  done, if _SUCCESS names the run; otherwise somebody else removed it
 * </pre>
 *
 * <p>So a committer that wakes up late cannot take new content for old: its rename finds no folder.
 * Nothing but {@code _temporary} is visible before the first rename; with overwrite the old content
 * stays until then. An output that is replaced is away for the time of a few renames.
 *
 * <p>Threads: any; the work is done by the executor given, in which a call may block for as long as
 * the file system does.
 */
public final class TextOutputFiles implements JobFiles {
    private final Executor executor;
    private final Lookup lookup;

    public TextOutputFiles(Executor executor) {
        this(executor, FileSystems::of);
    }

    TextOutputFiles(Executor executor, Lookup lookup) {
        this.executor = executor;
        this.lookup = lookup;
    }

    /** From a path as the user wrote it to its file system. */
    interface Lookup {
        FileSystem of(String path) throws IOException;
    }

    @Override
    public void prepare(
            List<FileInput> inputs,
            List<FileOutput> outputs,
            int minSplits,
            Consumer<Result<Prepared>> reply) {
        run(reply, "Looking at the job's files", () -> prepare(inputs, outputs, minSplits));
    }

    @Override
    public void commit(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
        run(
                reply,
                "Making the output of run " + run + " visible",
                () -> {
                    for (FileOutput output : outputs) {
                        commit(output, run);
                    }
                    return null;
                });
    }

    @Override
    public void discard(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
        run(
                reply,
                "Removing the output of run " + run,
                () -> {
                    for (FileOutput output : outputs) {
                        discard(output, run);
                    }
                    return null;
                });
    }

    private Prepared prepare(List<FileInput> inputs, List<FileOutput> outputs, int minSplits)
            throws IOException, RefusedException {
        List<Target> targets = new ArrayList<>();
        for (FileOutput output : outputs) {
            Target target = new Target(lookup.of(output.path()), output);
            for (Target other : targets) {
                if (isWithin(target.folder, other.folder)
                        || isWithin(other.folder, target.folder)) {
                    throw new RefusedException(
                            "Two sinks write to the output folder "
                                    + shorter(target.folder, other.folder)
                                    + " or into each other's: give each a folder of its own.");
                }
            }
            targets.add(target);
        }
        List<FileSplit> splits = new ArrayList<>();
        long totalBytes = 0;
        for (FileInput input : inputs) {
            FileSystem files = lookup.of(input.path());
            SplitPlanner planner = new SplitPlanner(files);
            List<FileStatus> found = find(planner, input);
            checkReadable(found);
            checkNotOverwritten(input, files, found, targets);
            List<FileSplit> own = planner.split(input.operator(), found, minSplits);
            splits.addAll(own);
            totalBytes += own.stream().mapToLong(FileSplit::length).sum();
        }
        for (Target target : targets) {
            checkWritable(target);
        }
        return new Prepared(splits, totalBytes);
    }

    private static List<FileStatus> find(SplitPlanner planner, FileInput input)
            throws IOException, RefusedException {
        try {
            return planner.find(input.path());
        } catch (FileNotFoundException e) {
            throw new RefusedException(e.getMessage());
        }
    }

    private static void checkReadable(List<FileStatus> found) throws RefusedException {
        for (FileStatus file : found) {
            if (Compression.of(file.path().getPath()) == Compression.UNREADABLE) {
                throw new RefusedException(Compression.refusal(file.path().toString()));
            }
        }
    }

    /** An output folder is not an input, nor does it hold one. */
    private static void checkNotOverwritten(
            FileInput input, FileSystem files, List<FileStatus> found, List<Target> targets)
            throws RefusedException {
        List<URI> read = new ArrayList<>();
        if (!GlobPattern.isGlob(input.path())) {
            read.add(files.qualify(input.path()));
        }
        found.forEach(file -> read.add(file.path()));
        for (Target target : targets) {
            for (URI path : read) {
                if (isWithin(path, target.folder)) {
                    throw new RefusedException(
                            "The job reads "
                                    + path
                                    + " and writes to the output folder "
                                    + target.folder
                                    + ", which holds it: name another output folder.");
                }
            }
        }
    }

    private static void checkWritable(Target target) throws IOException, RefusedException {
        FileStatus there = statusOrNull(target.files, target.folder);
        if (there == null) {
            checkFolderAbove(target);
            return;
        }
        if (!there.folder()) {
            throw new RefusedException(
                    "The output "
                            + target.folder
                            + " is a file, but a folder is written: name another, or remove it.");
        }
        if (target.overwrite) {
            return;
        }
        // An earlier attempt of this job, or one that was killed, may have left _temporary alone,
        // or
        // nothing: who discards a run may die, or not be answered, between the two folders.
        for (FileStatus content : target.files.list(target.folder)) {
            if (OutputLayout.name(content.path()).equals(OutputLayout.TEMPORARY)) {
                continue;
            }
            throw new RefusedException(
                    "The output folder "
                            + target.folder
                            + " exists: name another, remove it, or write with"
                            + " WriteMode.OVERWRITE.");
        }
    }

    private static void checkFolderAbove(Target target) throws IOException, RefusedException {
        for (URI above = parent(target.folder); above != null; above = parent(above)) {
            FileStatus there = statusOrNull(target.files, above);
            if (there != null && !there.folder()) {
                throw new RefusedException(
                        "The output folder "
                                + target.folder
                                + " cannot be made, as "
                                + above
                                + " is a file.");
            }
            if (there != null) {
                return;
            }
        }
    }

    private void commit(FileOutput output, String run) throws IOException, RefusedException {
        Target target = new Target(lookup.of(output.path()), output);
        FileSystem files = target.files;
        URI writing = OutputLayout.run(target.folder, run);
        URI ready = OutputLayout.ready(target.folder, run);
        if (files.exists(writing)) {
            checkComplete(target, writing);
            clear(target, writing);
            renameOnce(files, writing, ready);
        }
        if (moveParts(target, ready)) {
            // Before _temporary goes, so that whoever looks can tell at any moment how far it is.
            writeSuccess(files, target.folder, run);
        } else if (!run.equals(successOf(files, target.folder))) {
            throw new RefusedException(
                    "The output folder "
                            + target.folder
                            + " holds neither the finished nor the unfinished files of this job ("
                            + run
                            + "): somebody else has removed them. Run the job again, with an output"
                            + " folder of its own.");
        }
        files.delete(OutputLayout.temporary(target.folder));
    }

    /**
     * Each subtask has made its part when it opened; none is missing but by somebody else's hand.
     */
    private static void checkComplete(Target target, URI writing)
            throws IOException, RefusedException {
        Set<Integer> there = new HashSet<>();
        int expected = 0;
        List<FileStatus> content;
        try {
            content = target.files.list(writing);
        } catch (FileNotFoundException e) {
            return; // another committer is already further
        }
        for (FileStatus file : content) {
            Part part = Part.of(OutputLayout.name(file.path()));
            if (part != null) {
                there.add(part.subtask());
                expected = Math.max(expected, part.parallelism());
            }
        }
        if (expected == 0 || there.size() < expected) {
            throw new RefusedException(
                    "Of the "
                            + expected
                            + " parts of the output "
                            + target.folder
                            + " only "
                            + there.size()
                            + " are in "
                            + writing
                            + ": somebody else has removed the others. Run the job again, with an"
                            + " output folder of its own.");
        }
    }

    private static void clear(Target target, URI writing) throws IOException, RefusedException {
        for (FileStatus there : target.files.list(target.folder)) {
            String name = OutputLayout.name(there.path());
            if (name.equals(OutputLayout.TEMPORARY)) {
                continue;
            }
            if (!target.overwrite) {
                // Unless another committer is already further and these are our parts.
                if (!target.files.exists(writing)) {
                    return;
                }
                throw new RefusedException(
                        "While the job ran somebody else has put "
                                + name
                                + " into its output folder "
                                + target.folder
                                + ": run the job again, with an output folder of its own.");
            }
            renameOnce(
                    target.files,
                    there.path(),
                    FileSystems.below(writing, OutputLayout.OLD + name));
        }
    }

    /** Moves all parts to their names; false if the folder they were in is gone. */
    private static boolean moveParts(Target target, URI ready)
            throws IOException, RefusedException {
        for (FileStatus file : partsIn(target.files, ready)) {
            Part part = Part.of(OutputLayout.name(file.path()));
            URI visible = FileSystems.below(target.folder, part.visibleName());
            try {
                renameOnce(target.files, file.path(), visible);
            } catch (FileAlreadyExistsException e) {
                if (target.files.exists(file.path())) {
                    throw new RefusedException(
                            "While the job ran somebody else has put "
                                    + part.visibleName()
                                    + " into its output folder "
                                    + target.folder
                                    + ": run the job again, with an output folder of its own.");
                }
            }
        }
        if (!target.files.exists(ready)) {
            return false;
        }
        // What was not there any more when it was to be moved, another committer has moved.
        if (!partsIn(target.files, ready).isEmpty()) {
            throw new IOException("There are still parts in " + ready + " after all were moved.");
        }
        return true;
    }

    private static List<FileStatus> partsIn(FileSystem files, URI folder) throws IOException {
        List<FileStatus> parts = new ArrayList<>();
        try {
            for (FileStatus file : files.list(folder)) {
                if (Part.of(OutputLayout.name(file.path())) != null) {
                    parts.add(file);
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        return parts;
    }

    /** Renames, or finds that another committer did. */
    private static void renameOnce(FileSystem files, URI from, URI to) throws IOException {
        try {
            files.rename(from, to);
        } catch (FileNotFoundException e) {
            if (files.exists(from) && files.exists(parent(to))) {
                throw e;
            }
        }
    }

    private static void writeSuccess(FileSystem files, URI folder, String run) throws IOException {
        if (run.equals(successOf(files, folder))) {
            return;
        }
        try (OutputStream out =
                files.create(FileSystems.below(folder, OutputLayout.SUCCESS), true)) {
            out.write((run + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The run that was made visible last; null if there is none. */
    private static String successOf(FileSystem files, URI folder) throws IOException {
        URI success = FileSystems.below(folder, OutputLayout.SUCCESS);
        if (!files.exists(success)) {
            return null;
        }
        try (InputStream in = files.open(success, 0)) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            in.transferTo(text);
            return text.toString(StandardCharsets.UTF_8).strip();
        }
    }

    private void discard(FileOutput output, String run) throws IOException {
        Target target = new Target(lookup.of(output.path()), output);
        target.files.delete(OutputLayout.run(target.folder, run));
        // Only while empty: the next run may have begun.
        if (target.files.deleteEmptyFolder(OutputLayout.temporary(target.folder))) {
            target.files.deleteEmptyFolder(target.folder);
        }
    }

    private static FileStatus statusOrNull(FileSystem files, URI path) throws IOException {
        try {
            return files.status(path);
        } catch (FileNotFoundException | NotDirectoryException e) {
            return null;
        }
    }

    private static URI parent(URI path) {
        String text = path.getPath();
        int slash = text.lastIndexOf('/');
        if (text.length() <= 1 || slash < 0) {
            return null;
        }
        String above = text.substring(0, Math.max(1, slash));
        return above.equals("/")
                ? path.resolve("/")
                : FileSystems.below(path.resolve("/"), above.substring(1));
    }

    private static boolean isWithin(URI path, URI folder) {
        String above = folder.toString();
        return path.equals(folder)
                || path.toString().startsWith(above.endsWith("/") ? above : above + "/");
    }

    private static URI shorter(URI a, URI b) {
        return a.toString().length() <= b.toString().length() ? a : b;
    }

    private <T> void run(Consumer<Result<T>> reply, String what, Work<T> work) {
        executor.execute(() -> reply.accept(resultOf(what, work)));
    }

    private static <T> Result<T> resultOf(String what, Work<T> work) {
        try {
            return new Result.Done<>(work.run());
        } catch (RefusedException e) {
            return new Result.Refused<>(e.getMessage());
        } catch (NoFileSystemException | IllegalArgumentException e) {
            return new Result.Refused<>(e.getMessage());
        } catch (AccessDeniedException e) {
            return new Result.Refused<>(
                    "No permission for "
                            + e.getFile()
                            + (e.getReason() == null ? "." : ": " + e.getReason()));
        } catch (Throwable t) {
            // errors, too, as of a class that is missing: the answer is waited for
            return new Result.Failed<>(what + " failed: " + t);
        }
    }

    /** What a call does on the executor. */
    private interface Work<T> {
        T run() throws IOException, RefusedException;
    }

    /** An output and where it lies. */
    private static final class Target {
        private final FileSystem files;
        private final URI folder;
        private final boolean overwrite;

        Target(FileSystem files, FileOutput output) {
            this.files = files;
            this.folder = files.qualify(output.path());
            this.overwrite = output.overwrite();
        }
    }

    /** Carries a sentence for the user to the reply. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String sentence) {
            super(sentence);
        }
    }
}

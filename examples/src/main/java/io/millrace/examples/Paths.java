package io.millrace.examples;

/**
 * Where a job reads and writes.
 *
 * @param output folder, or null to print
 */
record Paths(String input, String output) {

    /**
     * Reads {@code --input PATH [--output FOLDER]} or {@code PATH [FOLDER]}.
     *
     * @throws IllegalArgumentException with the usage if that is not what was given
     */
    static Paths of(String job, String[] args) {
        String input = null;
        String output = null;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            boolean named = arg.equals("--input") || arg.equals("--output");
            if (named && i + 1 == args.length) {
                throw refusal(job, arg + " needs a path");
            }
            String path = named ? args[++i] : arg;
            if (path.startsWith("--")) {
                throw refusal(job, "'" + path + "' is not known");
            }
            if (arg.equals("--input") || (!named && input == null)) {
                input = path;
            } else if (arg.equals("--output") || output == null) {
                output = path;
            } else {
                throw refusal(job, "'" + path + "' is one path too many");
            }
        }
        if (input == null) {
            throw refusal(job, "no input is named");
        }
        return new Paths(input, output);
    }

    private static IllegalArgumentException refusal(String job, String what) {
        return new IllegalArgumentException(
                job + ": " + what + "; usage: " + job + " --input PATH [--output FOLDER]");
    }
}

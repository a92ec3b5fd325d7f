package io.millrace.api;

import static java.util.Objects.requireNonNull;

import io.millrace.api.transform.Transformation;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a program sets for all its operators.
 *
 * <p>Shape: a view of option keys in a {@link Configuration}; only what the program has set is in
 * there, so that the launcher's options and the defaults hold for everything else.
 *
 * <p>Threads: written by the thread that runs the program's main method; read by the subtasks.
 */
public class ExecutionConfig implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What {@link #getParallelism} says when nothing was set. */
    public static final int PARALLELISM_DEFAULT = Transformation.UNSET;

    static final String PARALLELISM = "parallelism.default";
    static final String MAX_PARALLELISM = "pipeline.max-parallelism";
    static final String OBJECT_REUSE = "pipeline.object-reuse";
    static final String GLOBAL_JOB_PARAMETERS = "pipeline.global-job-parameters";

    private static final String RESTART_STRATEGY = "restart-strategy";

    private final Configuration configuration;
    private GlobalJobParameters globalJobParameters;

    /** Nothing is set. */
    public ExecutionConfig() {
        this(new Configuration());
    }

    /**
     * Reads and writes the configuration given.
     *
     * @param configuration of the program, or of the job that runs
     */
    public ExecutionConfig(Configuration configuration) {
        this.configuration = requireNonNull(configuration, "configuration");
    }

    /** For workers: the view of a job's options. */
    public static ExecutionConfig fromMap(Map<String, String> jobConfiguration) {
        return new ExecutionConfig(Configuration.fromMap(jobConfiguration));
    }

    /** At least 1, or {@link #PARALLELISM_DEFAULT}. */
    public int getParallelism() {
        return OptionText.positiveInt(configuration, PARALLELISM, PARALLELISM_DEFAULT);
    }

    public ExecutionConfig setParallelism(int parallelism) {
        configuration.setString(
                PARALLELISM, Integer.toString(Limits.parallelism(parallelism, "the environment")));
        return this;
    }

    /** Number of key groups, 1 to 32,768, or {@link #PARALLELISM_DEFAULT}. */
    public int getMaxParallelism() {
        return OptionText.positiveInt(configuration, MAX_PARALLELISM, PARALLELISM_DEFAULT);
    }

    public void setMaxParallelism(int maxParallelism) {
        configuration.setString(
                MAX_PARALLELISM,
                Integer.toString(Limits.maxParallelism(maxParallelism, "the environment")));
    }

    /** Records may be handed from function to function without a copy, even if they can change. */
    public ExecutionConfig enableObjectReuse() {
        configuration.setString(OBJECT_REUSE, "true");
        return this;
    }

    public ExecutionConfig disableObjectReuse() {
        configuration.setString(OBJECT_REUSE, "false");
        return this;
    }

    public boolean isObjectReuseEnabled() {
        return OptionText.bool(configuration, OBJECT_REUSE, false);
    }

    /** What becomes of the job when it fails; replaces what was chosen before. */
    public ExecutionConfig setRestartStrategy(
            RestartStrategies.RestartStrategyConfiguration restartStrategy) {
        for (String key : List.copyOf(configuration.keySet())) {
            if (key.startsWith(RESTART_STRATEGY)) {
                configuration.removeKey(key);
            }
        }
        restartStrategy.options().forEach(configuration::setString);
        return this;
    }

    /**
     * Gives parameters to all functions, which find them by {@link
     * io.millrace.api.function.RuntimeContext#getExecutionConfig}.
     *
     * <p>Shape: what travels is {@link GlobalJobParameters#toMap}; a function receives a {@link
     * ParameterTool} of it, whatever class was set here.
     */
    public void setGlobalJobParameters(GlobalJobParameters parameters) {
        this.globalJobParameters = requireNonNull(parameters, "parameters");
        configuration.setString(GLOBAL_JOB_PARAMETERS, OptionText.ofMap(parameters.toMap()));
    }

    /** As {@link #setGlobalJobParameters(GlobalJobParameters)}, with the entries given. */
    public void setGlobalJobParameters(Configuration parameters) {
        setGlobalJobParameters(ParameterTool.fromMap(parameters.toMap()));
    }

    /** What was set; in a worker a {@link ParameterTool}; without entries if nothing was set. */
    public GlobalJobParameters getGlobalJobParameters() {
        if (globalJobParameters == null) {
            globalJobParameters =
                    ParameterTool.fromMap(
                            OptionText.toMap(
                                    GLOBAL_JOB_PARAMETERS,
                                    configuration.getString(GLOBAL_JOB_PARAMETERS, "")));
        }
        return globalJobParameters;
    }

    /** A new configuration was merged in: what was read of it before is out of date. */
    void configurationChanged() {
        if (configuration.containsKey(GLOBAL_JOB_PARAMETERS)) {
            globalJobParameters = null;
        }
    }

    /** Parameters of a program that are given to all its functions. */
    public static class GlobalJobParameters implements Serializable {
        private static final long serialVersionUID = 1L;

        /** The parameters as text, in the order in which they are to be shown. */
        public Map<String, String> toMap() {
            return new LinkedHashMap<>();
        }
    }
}

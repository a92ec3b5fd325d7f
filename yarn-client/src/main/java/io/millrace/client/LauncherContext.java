package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ConfigurationFile;
import io.millrace.runtime.config.Origin;
import io.millrace.runtime.config.ParsedConfiguration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the launcher has around it.
 *
 * @param configurationDirectory null if there is none
 * @param nanoTime a clock that only goes forward
 * @param hooks where Ctrl-C is listened for
 */
record LauncherContext(
        Terminal terminal,
        Path configurationDirectory,
        Deployer.Connector connector,
        LongSupplier nanoTime,
        ShutdownHooks hooks) {

    /** Runs something when the JVM is told to end. */
    interface ShutdownHooks {
        void add(Runnable hook);
    }

    /**
     * The settings in force, file and command line together; says its warnings.
     *
     * @param settings {@code key=value} each
     */
    ParsedConfiguration settings(List<String> settings) {
        Map<String, String> commandLine = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals <= 0) {
                throw new ConfigurationException(
                        "-D " + setting + " is no setting: write -D key=value.");
            }
            commandLine.put(setting.substring(0, equals).trim(), setting.substring(equals + 1));
        }
        Map<String, String> file =
                configurationDirectory == null
                        ? Map.of()
                        : ConfigurationFile.readFrom(configurationDirectory);
        ParsedConfiguration configuration =
                ParsedConfiguration.of(Map.of(Origin.FILE, file, Origin.COMMAND_LINE, commandLine));
        configuration.warnings().forEach(terminal::warning);
        return configuration;
    }
}

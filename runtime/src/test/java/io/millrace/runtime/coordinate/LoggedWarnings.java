package io.millrace.runtime.coordinate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What a class has logged as a warning since this was made, until it is closed. */
final class LoggedWarnings implements AutoCloseable {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final AbstractAppender appender;
    private final Level level;

    LoggedWarnings(Class<?> of) {
        logger = (Logger) LogManager.getLogger(of);
        appender =
                new AbstractAppender("warnings", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
                            texts.add(event.getMessage().getFormattedMessage());
                        }
                    }
                };
        appender.start();
        level = logger.getLevel();
        logger.addAppender(appender);
        logger.setLevel(Level.WARN); // tests show errors only
    }

    List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void close() {
        logger.removeAppender(appender);
        logger.setLevel(level);
        appender.stop();
    }
}

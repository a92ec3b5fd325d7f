package io.millrace.testkit.simulation;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.worker.WorkerEvent;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Events as short texts that are the same in each run: no identity, all of the content but the
 * frames of stack traces, in which a process names generated classes in its own way.
 */
final class Describe {
    private static final ControlCodec CODEC = new ControlCodec();

    private static final ClassValue<Components> RECORDS =
            new ClassValue<>() {
                @Override
                protected Components computeValue(Class<?> type) {
                    return new Components(type);
                }
            };

    private Describe() {}

    static String event(Object event) {
        if (event instanceof MasterEvent.Received received) {
            return received.connection() + " brings " + message(received.message());
        } else if (event instanceof WorkerEvent.Received received) {
            return received.connection() + " brings " + message(received.message());
        } else if (event instanceof MasterEvent.Submitted submitted) {
            return "Submitted " + submitted.graph().jobId();
        } else if (event instanceof WorkerEvent.SubtaskRunning running) {
            return "SubtaskRunning " + running.deployment().attempt();
        } else if (event instanceof WorkerEvent.SubtaskEnded ended) {
            return "SubtaskEnded "
                    + ended.deployment().attempt()
                    + " "
                    + ended.end().getClass().getSimpleName();
        }
        return event.toString();
    }

    static String message(ControlMessage message) {
        CRC32C checksum = new CRC32C();
        checksum.update(CODEC.encode((ControlMessage) withoutFrames(message)));
        String detail = "";
        if (message instanceof ToWorker.Deploy deploy) {
            detail = " " + deploy.deployment().attempt() + " slot " + deploy.slot();
        } else if (message instanceof ToWorker.Cancel cancel) {
            detail = " " + cancel.attempt();
        } else if (message instanceof ToWorker.EndKnown known) {
            detail = " " + known.attempt();
        } else if (message instanceof ToMaster.TaskEnded ended) {
            detail = " " + ended.attempt() + " " + ended.end().getClass().getSimpleName();
        } else if (message instanceof ToMaster.TaskRunning running) {
            detail = " " + running.attempt();
        } else if (message instanceof ToMaster.Report report) {
            detail =
                    " link "
                            + report.link()
                            + " epoch "
                            + report.epoch()
                            + " tasks "
                            + report.tasks().stream()
                                    .map(t -> t.attempt() + ":" + t.phase())
                                    .toList()
                            + " ends "
                            + report.ends().stream().map(e -> e.attempt().toString()).toList();
        } else if (message instanceof ToClient.Status status) {
            detail = " " + status.status().state();
        } else if (message instanceof ToWorker.Leave leave) {
            detail = " (" + leave.reason() + ")";
        }
        return message.getClass().getSimpleName()
                + detail
                + " #"
                + Long.toHexString(checksum.getValue());
    }

    /** The same if no failure is in it. */
    private static Object withoutFrames(Object value) {
        if (value instanceof Failure.Text text) {
            return new Failure.Text(
                    text.className(),
                    text.message(),
                    List.of(),
                    (Failure.Text) withoutFrames(text.cause()));
        } else if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list);
            copy.replaceAll(Describe::withoutFrames);
            return isSame(copy.toArray(), list.toArray()) ? list : copy;
        } else if (value instanceof Record) {
            return RECORDS.get(value.getClass()).withoutFrames(value);
        }
        return value;
    }

    private static boolean isSame(Object[] copies, Object[] originals) {
        for (int i = 0; i < copies.length; i++) {
            if (copies[i] != originals[i]) {
                return false;
            }
        }
        return true;
    }

    /** Of one class of records. */
    private static final class Components {
        private final Method[] accessors;
        private final Constructor<?> constructor;

        Components(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            accessors = new Method[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                accessors[i] = components[i].getAccessor();
                accessors[i].setAccessible(true);
                types[i] = components[i].getType();
            }
            try {
                constructor = type.getDeclaredConstructor(types);
                constructor.setAccessible(true);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(type + " has no canonical constructor", e);
            }
        }

        Object withoutFrames(Object value) {
            Object[] originals = new Object[accessors.length];
            Object[] copies = new Object[accessors.length];
            try {
                for (int i = 0; i < originals.length; i++) {
                    originals[i] = accessors[i].invoke(value);
                    copies[i] = Describe.withoutFrames(originals[i]);
                }
                return isSame(copies, originals) ? value : constructor.newInstance(copies);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("Cannot read " + value.getClass(), e);
            }
        }
    }
}

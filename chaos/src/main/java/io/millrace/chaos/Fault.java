package io.millrace.chaos;

/** What is done to a process. */
enum Fault {
    WORKER_KILLED("worker killed", Notice.RESTART),
    WORKER_STOPPED("worker stopped, resumed", Notice.NONE),
    MASTER_KILLED("AM killed", Notice.NEW_MASTER),
    MASTER_STOPPED("AM stopped, resumed", Notice.NEW_MASTER),
    WORKER_AND_MASTER_KILLED("worker and AM killed", Notice.NEW_MASTER),
    NODE_LOST("worker's node lost", Notice.RESTART_OR_NEW_MASTER),
    DATANODE_RESTARTED("DataNode restarted", Notice.NONE),
    RESOURCEMANAGER_RESTARTED("ResourceManager restarted", Notice.NONE);

    /** By what one sees that the job has noticed it. */
    enum Notice {
        /** It need not. */
        NONE,
        /** Tasks are started again. */
        RESTART,
        /** Another application master answers. */
        NEW_MASTER,
        /** One of these: a master who finds that all is lost begins anew, and counts no restart. */
        RESTART_OR_NEW_MASTER
    }

    private final String words;
    private final Notice notice;

    Fault(String words, Notice notice) {
        this.words = words;
        this.notice = notice;
    }

    /** For the table. */
    String words() {
        return words;
    }

    Notice notice() {
        return notice;
    }

    /** Whether no task may be started again because of it. */
    boolean isUnnoticedByTasks() {
        return this == MASTER_KILLED;
    }
}

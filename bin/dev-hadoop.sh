#!/usr/bin/env bash
# A single-node Hadoop to develop on: NameNode, DataNode, ResourceManager and NodeManagers, each a process of its own.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
readonly TEMPLATES=$CHECKOUT/dev-hadoop/conf
readonly LIB=$CHECKOUT/dev-hadoop/target/lib
readonly FIRST_PORT=20000 LAST_PORT=31000 # below the range from which Linux takes ports for outgoing connections
readonly WAIT_SECONDS=${MILLRACE_DEV_HADOOP_WAIT:-180}
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"

usage() {
    cat <<'EOF'
usage: bin/dev-hadoop.sh COMMAND

  start [--nodemanagers N] [--node-memory MB]
                       start what is not running; N NodeManagers (1), each with MB of memory for containers (8192)
  stop                 stop all of it, containers included; the files stay
  kill DAEMON          kill -9 one of namenode, datanode, resourcemanager, nodemanager0 ...; start brings it back
  status               what runs, where it listens, where it logs (exit code 0: all of it runs)
  env                  lines for a shell: eval "$(bin/dev-hadoop.sh env)" sets HADOOP_CONF_DIR
  fs ARGS              Hadoop's file system shell: bin/dev-hadoop.sh fs -ls /
  yarn COMMAND ARGS    YARN's command line, COMMAND one of application, applicationattempt, container, node, queue, logs:
                       bin/dev-hadoop.sh yarn application -list -appStates ALL
  logs [APPLICATION]   the logs of an application, running or finished; without one: the last lines of each daemon
  --help               this text

All state is in build/dev-hadoop, or in the folder named by MILLRACE_DEV_HADOOP_DIR: remove it while stopped to begin anew.
It listens on the loopback address only, on free ports that are chosen at the first start and kept in that folder.
EOF
}

say() { echo "dev-hadoop: $*"; }

# refuse SENTENCE: what was asked for cannot be; exit code 2.
refuse() {
    echo "dev-hadoop: $*" >&2
    exit 2
}

# fail SENTENCE: something went wrong; exit code 1.
fail() {
    echo "dev-hadoop: $*" >&2
    exit 1
}

# ---------------------------------------------------------------------------------------------------------------------
# The folder, its ports, its configuration
# ---------------------------------------------------------------------------------------------------------------------

# Hadoop puts these paths into URIs, comma-separated lists and shell scripts, and trips over blanks in some of them.
check_path() {
    [[ "$1" =~ ^[A-Za-z0-9._/+@-]+$ ]] || refuse "the $2 '$1' has characters that Hadoop cannot take in a path (letters, digits and . _ / + @ - are fine): $3."
}

choose_folder() {
    local wanted=${MILLRACE_DEV_HADOOP_DIR:-$CHECKOUT/build/dev-hadoop}
    DIR=$(readlink -m -- "$wanted")
    readonly DIR
    check_path "$DIR" "folder" "set MILLRACE_DEV_HADOOP_DIR to another one"
    check_path "$LIB" "checkout's folder" "move the checkout"
}

# daemons: the names of the daemons of this folder, in the order in which they are started.
daemons() {
    local i
    printf '%s\n' namenode datanode resourcemanager
    for ((i = 0; i < NODEMANAGERS; i++)); do echo "nodemanager$i"; done
}

# setting NAME DEFAULT: a line NAME=value of the folder's file `settings`.
setting() {
    local value=
    if [[ -f "$DIR/settings" ]]; then
        value=$(sed -n "s/^$1=\([0-9]*\)\$/\1/p" "$DIR/settings" | tail -1)
    fi
    echo "${value:-$2}"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The ports are consecutive from PORT_BASE: the same place in the list is the same port for ever.
readonly PORTS=(NAMENODE_RPC NAMENODE_HTTP SECONDARY_HTTP DATANODE_DATA DATANODE_HTTP DATANODE_IPC
    RM_CLIENT RM_SCHEDULER RM_TRACKER RM_ADMIN RM_HTTP)
readonly NM_PORTS=(NM_CONTAINERS NM_LOCALIZER NM_HTTP NM_COLLECTOR)

port() {
    local i
    for i in "${!PORTS[@]}"; do
        if [[ "${PORTS[i]}" == "$1" ]]; then
            echo $((PORT_BASE + i))
            return
        fi
    done
    return 1
}

nodemanager_port() { echo $((PORT_BASE + ${#PORTS[@]} + ${#NM_PORTS[@]} * $1 + $2)); }

port_count() { echo $((${#PORTS[@]} + ${#NM_PORTS[@]} * NODEMANAGERS)); }

# taken_port BASE: prints the first port of those from BASE on which somebody listens; fails if there is none.
taken_port() {
    local p
    for ((p = $1; p < $1 + $(port_count); p++)); do
        if listening "$p"; then
            echo "$p"
            return 0
        fi
    done
    return 1
}

choose_ports() {
    local taken tries
    if ((PORT_BASE > 0)); then
        taken=$(taken_port "$PORT_BASE") || return 0
        say "somebody else listens on port $taken of this folder's, so other ports are chosen"
    fi
    for ((tries = 0; tries < 100; tries++)); do
        PORT_BASE=$((FIRST_PORT + RANDOM % (LAST_PORT - FIRST_PORT)))
        taken_port "$PORT_BASE" >/dev/null || return 0
    done
    fail "no $(port_count) free ports in a row between $FIRST_PORT and $LAST_PORT were found in 100 tries."
}

# fill FILE TARGET NAME=VALUE...: copies a template and puts each value in the place of @NAME@.
fill() {
    local text pair
    text=$(<"$1")
    for pair in "${@:3}"; do text=${text//"@${pair%%=*}@"/"${pair#*=}"}; done
    if [[ "$text" =~ @[A-Z_]+@ ]]; then fail "nothing is known for ${BASH_REMATCH[0]} of $1."; fi
    printf '%s\n' "$text" >"$2"
}

write_configuration() {
    local values=("DIR=$DIR" "USER=$(id -un)" "NODE_MB=$NODE_MB") name file i k
    for name in "${PORTS[@]}"; do values+=("$name=$(port "$name")"); done
    mkdir -p "$DIR"/{conf,log,run,tmp}
    for file in core-site.xml hdfs-site.xml yarn-site.xml capacity-scheduler.xml log4j.properties; do
        fill "$TEMPLATES/$file" "$DIR/conf/$file" "${values[@]}"
    done
    for ((i = 0; i < NODEMANAGERS; i++)); do
        local own=("${values[@]}" "NAME=nodemanager$i")
        for k in "${!NM_PORTS[@]}"; do own+=("${NM_PORTS[k]}=$(nodemanager_port "$i" "$k")"); done
        mkdir -p "$DIR/nodemanager$i/conf"
        fill "$TEMPLATES/nodemanager/yarn-site.xml" "$DIR/nodemanager$i/conf/yarn-site.xml" "${own[@]}"
    done
    printf '%s\n' "PORT_BASE=$PORT_BASE" "NODEMANAGERS=$NODEMANAGERS" "NODE_MB=$NODE_MB" >"$DIR/settings"
}

# ---------------------------------------------------------------------------------------------------------------------
# Processes
# ---------------------------------------------------------------------------------------------------------------------

# Each daemon's command line carries this mark, so that a pid file that outlived its process kills nobody else.
mark() { echo "-Dmillrace.dev-hadoop=$DIR/$1"; }

# pid_of DAEMON: prints the pid of the daemon if it runs and is ours.
pid_of() {
    local file=$DIR/run/$1.pid pid
    [[ -f "$file" ]] || return 1
    pid=$(<"$file")
    [[ "$pid" =~ ^[0-9]+$ && -r "/proc/$pid/cmdline" ]] || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qFx -- "$(mark "$1")" || return 1
    echo "$pid"
}

# alive PID: it runs; a zombie that nobody has waited for does not.
alive() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) && [[ "$stat" != *") Z "* ]]
}

# containers: the pids of what runs in a container's folder of one of our NodeManagers.
containers() {
    local proc folder
    for proc in /proc/[0-9]*; do
        folder=$(readlink "$proc/cwd" 2>/dev/null) || continue
        if [[ "$folder" == "$DIR"/nodemanager*/local/* ]]; then echo "${proc#/proc/}"; fi
    done
}

readonly JVM=(-Xss512k -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.net.preferIPv4Stack=true)

start_daemon() {
    local name=$1 main class_path=$DIR/conf:$LIB/* heap=${MILLRACE_DEV_HADOOP_HEAP:-256m}
    case $name in
        namenode) main=org.apache.hadoop.hdfs.server.namenode.NameNode ;;
        datanode) main=org.apache.hadoop.hdfs.server.datanode.DataNode ;;
        resourcemanager) main=org.apache.hadoop.yarn.server.resourcemanager.ResourceManager ;;
        nodemanager*)
            main=org.apache.hadoop.yarn.server.nodemanager.NodeManager
            class_path=$DIR/$name/conf:$class_path
            ;;
    esac
    if [[ -f "$DIR/log/$name.log" ]]; then mv -f "$DIR/log/$name.log" "$DIR/log/$name.log.1"; fi
    # A session of its own, so that Ctrl-C in the terminal that started it does not reach it; without our lock.
    HADOOP_CONF_DIR=$DIR/conf setsid "$JAVA" "-Xmx$heap" "${JVM[@]}" "$(mark "$name")" "-Dyarn.log.dir=$DIR/log" \
        -cp "$class_path" "$main" >"$DIR/log/$name.log" 2>&1 </dev/null 9>&- &
    local pid=$! tries
    echo "$pid" >"$DIR/run/$name.pid"
    # Until the new process has become a JVM it does not carry our mark.
    for ((tries = 0; tries < 100; tries++)); do
        if pid_of "$name" >/dev/null || ! alive "$pid"; then break; fi
        sleep 0.05
    done
}

# The daemons' own command lines, with warnings only.
run_tool() {
    exec "$JAVA" -Xmx256m "${JVM[@]}" -Dhadoop.root.logger=WARN,stderr -cp "$DIR/conf:$LIB/*" "$@"
}

fetch_jars() {
    local jar
    # Maven makes this jar after it has copied the others, so that a download that was interrupted is taken up again.
    for jar in "$CHECKOUT"/dev-hadoop/target/millrace-dev-hadoop-*.jar; do
        if [[ "$jar" -nt "$CHECKOUT/dev-hadoop/pom.xml" ]]; then return; fi
    done
    command -v mvn >/dev/null || refuse "Maven is needed to fetch Hadoop's jars, and there is no mvn on the PATH."
    say "fetching the jars of Hadoop with Maven (110 MB, the first time only) ..."
    mvn -q -B -ntp -Dquick -f "$CHECKOUT/dev-hadoop/pom.xml" package >&2 || fail "Maven could not fetch Hadoop's jars; its message is above."
}

format_if_new() {
    [[ ! -d "$DIR/namenode/current" ]] || return 0
    say "formatting HDFS in $DIR/namenode"
    "$JAVA" -Xmx256m "${JVM[@]}" -cp "$DIR/conf:$LIB/*" org.apache.hadoop.hdfs.server.namenode.NameNode \
        -format -force -nonInteractive >"$DIR/log/format.log" 2>&1 \
        || fail "HDFS could not be formatted; the end of $DIR/log/format.log:"$'\n'"$(tail -15 "$DIR/log/format.log")"
}

# http PORT PATH: the answer of a daemon's web server; nothing if there is none.
http() {
    timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$2" >&3 && cat <&3' \
        - "$1" "$2" 2>/dev/null || true
}

# first_number TEXT NAME: the number after "NAME" in a piece of JSON, else 0.
first_number() {
    [[ "$1" =~ \"$2\"\ ?:\ ?([0-9]+) ]] && echo "${BASH_REMATCH[1]}" || echo 0
}

# missing: prints what is not up yet; nothing when all is.
missing() {
    local answer live
    answer=$(http "$(port NAMENODE_HTTP)" '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState')
    if [[ -z "$answer" ]]; then
        echo "the NameNode"
        return
    fi
    if (($(first_number "$answer" NumLiveDataNodes) < 1)); then
        echo "the DataNode to register"
        return
    fi
    answer=$(http "$(port NAMENODE_HTTP)" '/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo')
    if [[ ! "$answer" =~ \"Safemode\"\ :\ \"\" ]]; then
        echo "HDFS to leave safe mode"
        return
    fi
    answer=$(http "$(port RM_HTTP)" /ws/v1/cluster/metrics)
    if [[ -z "$answer" ]]; then
        echo "the ResourceManager"
        return
    fi
    live=$(first_number "$answer" activeNodes)
    if ((live < NODEMANAGERS)); then echo "NodeManagers to register ($live of $NODEMANAGERS)"; fi
}

wait_until_up() {
    local began=$SECONDS last='' now name
    while true; do
        for name in $(daemons); do
            pid_of "$name" >/dev/null \
                || fail "the $name died; the end of $DIR/log/$name.log:"$'\n'"$(tail -20 "$DIR/log/$name.log")"
        done
        now=$(missing)
        [[ -n "$now" ]] || break
        if [[ "$now" != "$last" ]]; then
            say "waiting for $now"
            last=$now
        fi
        ((SECONDS - began < WAIT_SECONDS)) \
            || fail "still waiting for $now after $WAIT_SECONDS s (MILLRACE_DEV_HADOOP_WAIT); see the logs in $DIR/log."
        sleep 0.3
    done
}

# signal_and_wait SIGNAL SECONDS PID...: true when all are gone in time.
signal_and_wait() {
    local signal=$1 limit=$((SECONDS + $2)) pid left
    shift 2
    for pid in "$@"; do kill "-$signal" "$pid" 2>/dev/null || true; done
    while true; do
        left=
        for pid in "$@"; do if alive "$pid"; then left=1; fi; done
        [[ -n "$left" ]] || return 0
        ((SECONDS < limit)) || return 1
        sleep 0.1
    done
}

take_lock() {
    mkdir -p "$DIR"
    exec 9>"$DIR/lock"
    if ! flock -n 9; then
        say "another dev-hadoop.sh is at work in $DIR, waiting for it"
        flock -w "$WAIT_SECONDS" 9 || fail "another dev-hadoop.sh has held $DIR/lock for $WAIT_SECONDS s."
    fi
}

# ---------------------------------------------------------------------------------------------------------------------
# Commands
# ---------------------------------------------------------------------------------------------------------------------

load_settings() {
    PORT_BASE=$(setting PORT_BASE 0)
    NODEMANAGERS=$(setting NODEMANAGERS 1)
    NODE_MB=$(setting NODE_MB 8192)
}

number_between() {
    [[ "$2" =~ ^[0-9]{1,6}$ ]] && ((10#$2 >= $3 && 10#$2 <= $4)) || refuse "$1 is '$2', and a number from $3 to $4 is needed."
}

start() {
    local name running=0 wanted_nodes='' wanted_mb=''
    while (($# > 0)); do
        case $1 in
            --nodemanagers | --node-memory) (($# > 1)) || refuse "$1 needs a number." ;;&
            --nodemanagers)
                number_between "$1" "$2" 1 8
                wanted_nodes=$((10#$2))
                ;;
            --node-memory)
                number_between "$1" "$2" 1024 524288
                wanted_mb=$((10#$2))
                ;;
            *) refuse "start does not know '$1'; see bin/dev-hadoop.sh --help." ;;
        esac
        shift 2
    done
    find_java dev-hadoop
    command -v setsid >/dev/null && command -v flock >/dev/null || refuse "setsid and flock (package util-linux) are needed."
    take_lock
    load_settings
    for name in $(daemons); do if pid_of "$name" >/dev/null; then running=$((running + 1)); fi; done
    if ((running > 0)); then
        if [[ -n "$wanted_nodes" && "$wanted_nodes" != "$NODEMANAGERS" || -n "$wanted_mb" && "$wanted_mb" != "$NODE_MB" ]]; then
            refuse "it runs with --nodemanagers $NODEMANAGERS --node-memory $NODE_MB: stop it first to change that."
        fi
        if ((running == $(daemons | wc -l))); then
            wait_until_up
            say "already running in $DIR"
            return
        fi
        say "$running of $(daemons | wc -l) daemons run, starting the others"
    else
        NODEMANAGERS=${wanted_nodes:-$NODEMANAGERS}
        NODE_MB=${wanted_mb:-$NODE_MB}
    fi
    fetch_jars
    if ((running == 0)); then
        choose_ports
        write_configuration
    fi
    format_if_new
    say "starting $(daemons | tr '\n' ' ')in $DIR"
    for name in $(daemons); do if ! pid_of "$name" >/dev/null; then start_daemon "$name"; fi; done
    wait_until_up
    say "up: HDFS at hdfs://localhost:$(port NAMENODE_RPC), YARN at http://localhost:$(port RM_HTTP)"
    say "for this shell: eval \"\$(bin/dev-hadoop.sh env)\""
}

stop() {
    local name pid pids=() left
    if [[ ! -d "$DIR" ]]; then
        say "not running ($DIR does not exist)"
        return
    fi
    take_lock
    load_settings
    for name in $(daemons | tac); do if pid=$(pid_of "$name"); then pids+=("$pid"); fi; done
    mapfile -t left < <(containers)
    if ((${#pids[@]} + ${#left[@]} == 0)); then
        say "not running"
        return
    fi
    if ((${#pids[@]} > 0)); then
        say "stopping ${#pids[@]} daemons"
        signal_and_wait TERM 20 "${pids[@]}" || {
            say "some did not stop within 20 s and are killed"
            signal_and_wait KILL 10 "${pids[@]}" || fail "processes ${pids[*]} cannot be killed."
        }
    fi
    # A NodeManager that was killed leaves its containers alive.
    mapfile -t left < <(containers)
    if ((${#left[@]} > 0)); then
        say "stopping ${#left[@]} processes of containers that were left"
        signal_and_wait TERM 3 "${left[@]}" || signal_and_wait KILL 10 "${left[@]}" || fail "containers ${left[*]} cannot be killed."
    fi
    rm -f "$DIR"/run/*.pid
    # What the ResourceManager remembers is for one that was killed: applications do not come back with the next start.
    rm -rf "$DIR/resourcemanager"
    say "stopped; the files are still in $DIR"
}

# kill_daemon NAME: what a crash does.
kill_daemon() {
    local pid
    take_lock
    load_settings
    daemons | grep -qFx -- "${1:-}" || refuse "'${1:-}' is no daemon: kill takes one of $(daemons | tr '\n' ' ')."
    pid=$(pid_of "$1") || fail "the $1 does not run."
    signal_and_wait KILL 10 "$pid" || fail "the $1 (pid $pid) cannot be killed."
    say "killed the $1"
}

status() {
    local name pid up=0
    load_settings
    if ((PORT_BASE == 0)); then
        say "never started in $DIR"
        return 1
    fi
    for name in $(daemons); do
        if pid=$(pid_of "$name"); then
            up=$((up + 1))
            printf '%-16s runs, pid %-8s log %s\n' "$name" "$pid" "$DIR/log/$name.log"
        else
            printf '%-16s does not run   log %s\n' "$name" "$DIR/log/$name.log"
        fi
    done
    echo "HDFS             hdfs://localhost:$(port NAMENODE_RPC), http://localhost:$(port NAMENODE_HTTP)"
    echo "YARN             http://localhost:$(port RM_HTTP)"
    echo "HADOOP_CONF_DIR  $DIR/conf"
    ((up == $(daemons | wc -l)))
}

# need_configuration: for the commands that talk to the daemons.
need_configuration() {
    load_settings
    [[ -f "$DIR/conf/core-site.xml" ]] || fail "never started in $DIR: run bin/dev-hadoop.sh start."
}

need_running() {
    need_configuration
    pid_of "$1" >/dev/null || fail "the $1 does not run: run bin/dev-hadoop.sh start."
    find_java dev-hadoop
}

print_env() {
    need_configuration
    if ! pid_of namenode >/dev/null; then echo "dev-hadoop: it does not run at present: bin/dev-hadoop.sh start" >&2; fi
    echo "export HADOOP_CONF_DIR='$DIR/conf'"
}

yarn_tool() {
    local command=${1:-}
    case $command in
        application | app | applicationattempt | container)
            need_running resourcemanager
            run_tool org.apache.hadoop.yarn.client.cli.ApplicationCLI "$@"
            ;;
        node)
            need_running resourcemanager
            run_tool org.apache.hadoop.yarn.client.cli.NodeCLI "${@:2}"
            ;;
        queue)
            need_running resourcemanager
            run_tool org.apache.hadoop.yarn.client.cli.QueueCLI "$@"
            ;;
        logs)
            need_running resourcemanager
            run_tool org.apache.hadoop.yarn.client.cli.LogsCLI "${@:2}"
            ;;
        *) refuse "yarn does not know '$command': one of application, applicationattempt, container, node, queue, logs is needed." ;;
    esac
}

logs() {
    local application=${1:-} name file found=''
    need_configuration
    if [[ -z "$application" ]]; then
        for name in $(daemons); do
            echo "==> $DIR/log/$name.log"
            tail -10 "$DIR/log/$name.log" 2>/dev/null || true
        done
        return
    fi
    [[ "$application" =~ ^application_[0-9]+_[0-9]+$ ]] || refuse "'$application' is no application's id (application_<cluster>_<number>): see bin/dev-hadoop.sh yarn application -list -appStates ALL."
    # While it runs, and until they are on HDFS, its logs are in the NodeManagers' folders.
    while IFS= read -r file; do
        found=1
        echo "==> $file"
        cat "$file"
    done < <(find "$DIR"/nodemanager*/logs/"$application" -type f 2>/dev/null | sort)
    [[ -z "$found" ]] || return 0
    yarn_tool logs -applicationId "$application"
}

choose_folder
case ${1:-} in
    start) start "${@:2}" ;;
    stop) stop ;;
    kill) kill_daemon "${@:2}" ;;
    status) status ;;
    env) print_env ;;
    fs)
        need_running namenode
        run_tool org.apache.hadoop.fs.FsShell "${@:2}"
        ;;
    yarn) yarn_tool "${@:2}" ;;
    logs) logs "${@:2}" ;;
    -h | --help | help) usage ;;
    '')
        usage >&2
        exit 2
        ;;
    *) refuse "there is no command '$1'; see bin/dev-hadoop.sh --help." ;;
esac

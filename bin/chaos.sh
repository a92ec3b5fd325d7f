#!/usr/bin/env bash
# Runs a job on a Hadoop of its own while processes are killed and stopped, and then checks every record it has counted.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"
# shellcheck source=bin/class-path.sh
source "$CHECKOUT/bin/class-path.sh"

usage() {
    cat <<'EOF'
usage: bin/chaos.sh [--minutes N] [--seed S] [--parallelism N] [--interval-millis N] [--keep]

A generator at full rate, running sums and a session window with timers, files that are written exactly once: as a YARN
application on a Hadoop of its own with two nodes. For N minutes its workers and its ApplicationMaster are killed, or stopped
and resumed, a node is lost with all that runs there, and the DataNode and the ResourceManager are restarted. Then the job is
stopped with a savepoint, and what it has written is compared with what its generator must have produced.

  --minutes N          how long it is disturbed (10)
  --seed S             of the order of the faults and the pauses between them (1)
  --parallelism N      workers, each with one slot (2)
  --interval-millis N  between two checkpoints (1000)
  --keep               leave that Hadoop running at the end
  --help               this text

Prints each fault, and a table: how often each kind was done, seconds until records flowed again, how often tasks were
started again; and how many events were lost or counted twice. The exit code is 0 if none were and no kill of the
ApplicationMaster alone was noticed by a task, else 1; 2 if it is called in a way that makes no sense.
EOF
}

say() { echo "chaos: $*"; }

refuse() {
    echo "chaos: $*" >&2
    exit 2
}

fail() {
    echo "chaos: $*" >&2
    exit 1
}

arguments=()
keep=
while (($# > 0)); do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --keep) keep=1 ;;
        --minutes | --seed | --parallelism | --interval-millis)
            (($# > 1)) && [[ "$2" =~ ^[0-9]{1,9}$ ]] || refuse "$1 needs a number."
            arguments+=("$1" "$2")
            shift
            ;;
        *) refuse "there is no option '$1'; see bin/chaos.sh --help." ;;
    esac
    shift
done

find_java chaos
command -v flock >/dev/null || refuse "flock (package util-linux) is needed."
mkdir -p "$CHECKOUT/build/chaos"
exec 8>"$CHECKOUT/build/chaos/lock"
flock -n 8 || fail "another run is at work in $CHECKOUT."

readonly RUN=$CHECKOUT/build/chaos/$(date -u +%Y%m%d-%H%M%S)-$$
mkdir -p "$RUN"
command -v mvn >/dev/null || refuse "Maven is needed to build Millrace, and there is no mvn on the PATH."
say "building, and writing all that others say into $RUN"
(cd "$CHECKOUT" && mvn -B -ntp -q -Dquick -DskipTests -pl chaos,dist,dev-hadoop -am package) >"$RUN/build.log" 2>&1 8>&- \
    || fail "the build failed; see $RUN/build.log."

home=
for built in "$CHECKOUT"/dist/target/millrace-*/lib; do
    if [[ -d "$built" && (-z "$home" || "$built" -nt "$home/lib") ]]; then home=${built%/lib}; fi
done
[[ -n "$home" ]] || fail "the build left no distribution in dist/target."
jars=("$CHECKOUT"/chaos/target/millrace-chaos-*.jar)

# A Hadoop of its own, so that nothing of anybody else is disturbed.
export MILLRACE_DEV_HADOOP_DIR=$CHECKOUT/build/chaos/hadoop
hadoop() { "$CHECKOUT/bin/dev-hadoop.sh" "$@" 8>&-; }

# Runs however the script ends.
clean_up() {
    local code=$?
    trap - EXIT
    trap '' INT TERM
    if [[ -n "$driver" ]]; then
        kill -TERM "$driver" 2>/dev/null || true
        wait "$driver" 2>/dev/null || true
    fi
    if [[ -n "$keep" ]]; then
        say "that Hadoop goes on running (--keep): MILLRACE_DEV_HADOOP_DIR=$MILLRACE_DEV_HADOOP_DIR bin/dev-hadoop.sh stop"
    else
        hadoop stop >>"$RUN/hadoop.log" 2>&1 || code=1
    fi
    exit "$code"
}

driver=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
hadoop start --nodemanagers 2 >>"$RUN/hadoop.log" 2>&1 || fail "the development Hadoop did not start; see $RUN/hadoop.log."
eval "$(hadoop env)"
export HADOOP_CONF_DIR
hdfs=hdfs://$(sed -n 's#.*<value>hdfs://\([^<]*\)</value>.*#\1#p' "$HADOOP_CONF_DIR/core-site.xml" | head -1)

code=0
"$JAVA" -Xmx2g -XX:+UseParallelGC -cp "${jars[0]}:$(class_path "$home/lib" "$home/lib")" io.millrace.chaos.ChaosCommand \
    --checkout "$CHECKOUT" --jar "${jars[0]}" --hdfs "$hdfs/chaos/${RUN##*/}" --log "$RUN/commands.log" \
    ${arguments[@]+"${arguments[@]}"} 8>&- &
driver=$!
wait "$driver" || code=$?
driver=
exit "$code"

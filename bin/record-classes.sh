#!/usr/bin/env bash
# Records which classes launcher, application master and workers load, for the class-data archives. To be run, and its
# result committed, when DistributionIT or JobsOnYarnIT say that too few classes come from the archive.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
readonly LISTS=$CHECKOUT/dist/src/class-data

usage() {
    cat <<'EOT'
usage: bin/record-classes.sh

Runs jobs on the development Hadoop (bin/dev-hadoop.sh; started for this if it does not run) from the built distribution,
writes down the classes that were loaded, and puts the lists into dist/src/class-data: containers.lst, launcher.lst.
EOT
}

say() { echo "record-classes: $*"; }

case ${1:-} in
    '') ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "record-classes: takes no arguments; see bin/record-classes.sh --help." >&2
        exit 2
        ;;
esac

home=
for lib in "$CHECKOUT"/dist/target/millrace-*/lib; do if [[ -d "$lib" ]]; then home=${lib%/lib}; fi; done
if [[ -z "$home" ]]; then
    echo "record-classes: no distribution has been built: run mvn -DskipTests package in $CHECKOUT." >&2
    exit 2
fi

work=$(mktemp -d)
started=
clean_up() {
    if [[ -n "$started" ]]; then "$CHECKOUT/bin/dev-hadoop.sh" stop; fi
    rm -rf -- "$work"
}
trap clean_up EXIT

# Without archives: what comes from one would not be written down in full.
cp -a -- "$home" "$work/home"
rm -rf -- "$work/home/class-data"
mkdir -p "$work/containers" "$work/launcher"
# Workers run as the NodeManager's user.
chmod 755 "$work"
chmod 777 "$work/containers"
echo "env.java.opts.client: -XX:DumpLoadedClassList=$work/launcher/%p" >>"$work/home/conf/millrace.yaml"

if ! "$CHECKOUT/bin/dev-hadoop.sh" status >/dev/null 2>&1; then
    started=1
    "$CHECKOUT/bin/dev-hadoop.sh" start
fi
eval "$("$CHECKOUT/bin/dev-hadoop.sh" env)"
export HADOOP_CONF_DIR

hdfs=/user/$(id -un)/record-classes-$$
"$CHECKOUT/bin/dev-hadoop.sh" fs -mkdir -p "$hdfs/input"
"$CHECKOUT/bin/dev-hadoop.sh" fs -put "$CHECKOUT/examples/data/jargon-file-4.4.7.txt" "$hdfs/input/"

millrace() { "$work/home/bin/millrace" "$@"; }
submit() {
    local mode=$1 target=$2
    shift 2
    millrace "$mode" -t "$target" -p 2 -D taskmanager.numberOfTaskSlots=1 \
        -D jobmanager.memory.process.size=1024m -D taskmanager.memory.process.size=1280m \
        -D "env.java.opts.all=-XX:DumpLoadedClassList=$work/containers/%p" "$@" \
        -c io.millrace.examples.WordCount "$work/home/examples/millrace-examples.jar" \
        --input "$hdfs/input" --output "$hdfs/output-$RANDOM$RANDOM"
}
say "application mode"
submit run-application yarn-application
say "per-job mode"
submit run yarn-per-job
say "other commands"
application=$(submit run-application yarn-application -d | grep -o 'application_[0-9]*_[0-9]*' | head -1)
millrace list
millrace cancel "$application" || true
millrace follow "$application" || true
millrace list -a >/dev/null
millrace memory >/dev/null
millrace options >/dev/null
millrace --help >/dev/null
"$CHECKOUT/bin/dev-hadoop.sh" fs -rm -r -skipTrash "$hdfs" >/dev/null

# Dynamic proxies are made anew in each process; the user's classes are not ours to keep.
merge() { cat -- "$1"/* | grep -v -e '^#' -e '[$]Proxy' -e ' source: ' | LC_ALL=C sort -u >"$2"; }
merge "$work/containers" "$LISTS/containers.lst"
merge "$work/launcher" "$LISTS/launcher.lst"
say "recorded $(wc -l <"$LISTS/containers.lst") lines for containers and $(wc -l <"$LISTS/launcher.lst") for the launcher"

#!/usr/bin/env bash
# From a fresh clone to a job that has run on a real Hadoop: builds, starts a single-node Hadoop, counts words with two
# workers, shows the result and stops what it started.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"

readonly MEBIBYTE=1048576

usage() {
    cat <<'EOF'
usage: bin/quickstart.sh [FILE...] [--output DIR] [--keep]

Counts the words of the files, or of the Jargon File that comes with the examples, as a YARN application with two
workers: from HDFS to HDFS on a single-node Hadoop of its own (bin/dev-hadoop.sh).

  --output DIR   local folder for a copy of the result (build/quickstart/<run>/result); it must not exist, or be empty
  --keep         leave that Hadoop running at the end
  --help         this text

The exit code is the job's: 0 finished, 1 failed, 2 refused, 3 cancelled, 130 after Ctrl-C.
EOF
}

say() { echo "quickstart: $*"; }

# refuse SENTENCE: what was asked for cannot be; exit code 2.
refuse() {
    echo "quickstart: $*" >&2
    exit 2
}

fail() {
    echo "quickstart: $*" >&2
    exit 1
}

parse_arguments() {
    files=()
    output=
    keep=
    while (($# > 0)); do
        case $1 in
            --output)
                (($# > 1)) && [[ -n "$2" ]] || refuse "--output needs a folder."
                output=$2
                shift
                ;;
            --keep) keep=1 ;;
            -h | --help)
                usage
                exit 0
                ;;
            --)
                shift
                files+=("$@")
                break
                ;;
            -*) refuse "there is no option '$1'; see bin/quickstart.sh --help." ;;
            *) files+=("$1") ;;
        esac
        shift
    done
    local file
    if ((${#files[@]} == 0)); then files=("$CHECKOUT/examples/data/jargon-file-4.4.7.txt"); fi
    for file in "${files[@]}"; do
        [[ -e "$file" ]] || refuse "there is no file '$file': name text files that exist, or none for the Jargon File."
        [[ ! -d "$file" ]] || refuse "'$file' is a folder: name the files in it."
        [[ -f "$file" && -r "$file" ]] || refuse "'$file' cannot be read: name text files that you may read."
    done
    if [[ -n "$output" && -e "$output" ]]; then
        [[ -d "$output" ]] || refuse "the output '$output' exists and is no folder: name one that does not exist."
        [[ -z "$(ls -A -- "$output")" ]] || refuse "the output folder '$output' is not empty: name one that does not exist, or empty it."
    fi
}

# distribution: prints the folder of the built distribution; fails if there is none that is newer than every source.
distribution() {
    local lib
    for lib in "$CHECKOUT"/dist/target/millrace-*/lib; do
        [[ -d "$lib" ]] || continue
        if [[ -z "$(find "$CHECKOUT"/{pom.xml,bin/millrace,bin/find-java.sh,bin/class-path.sh,bin/class-data.sh,conf,api,runtime,hdfs-state,rocksdb-state,container-worker,application-master,yarn-client,examples,dev-hadoop,dist} \
            -path '*/target' -prune -o -type f -newer "$lib" -print -quit)" ]]; then
            echo "${lib%/lib}"
            return 0
        fi
    done
    return 1
}

build_if_needed() {
    local log=$CHECKOUT/build/quickstart/build.log line began=$SECONDS
    if home=$(distribution); then return; fi
    command -v mvn >/dev/null || refuse "Maven is needed to build Millrace, and there is no mvn on the PATH."
    say "building Millrace with Maven; the first time it downloads some 200 MB. All of Maven's words: $log"
    mkdir -p "$(dirname "$log")"
    if ! (cd "$CHECKOUT" && mvn -B -ntp -Dquick -DskipTests -pl dist,dev-hadoop -am package 2>&1) \
        | tee "$log" | while IFS= read -r line; do
        if [[ "$line" =~ ^\[INFO\]\ Building\ ([^ ]+)\ .*\[([0-9]+)/([0-9]+)\] ]]; then
            say "  building ${BASH_REMATCH[1]}, ${BASH_REMATCH[2]} of ${BASH_REMATCH[3]}"
        fi
    done; then
        grep -m 20 '^\[ERROR\]' "$log" >&2 || tail -20 "$log" >&2
        fail "the build failed; see $log."
    fi
    local lib
    for lib in "$CHECKOUT"/dist/target/millrace-*/lib; do touch "$lib"; done
    home=$(distribution) || fail "the build left no distribution in dist/target; see $log."
    say "built in $((SECONDS - began)) s"
}

# One at a time in a checkout: a second one would build into the first one's class path, and the first to end would stop
# the Hadoop that the other one uses. The lock ends with this script; what it starts does not get it.
take_turn() {
    command -v flock >/dev/null || refuse "flock (package util-linux) is needed."
    mkdir -p "$CHECKOUT/build/quickstart"
    exec 8>"$CHECKOUT/build/quickstart/lock"
    if ! flock -n 8; then
        say "another quickstart runs in $CHECKOUT; waiting for it to end"
        flock 8
    fi
}

hadoop() { "$CHECKOUT/bin/dev-hadoop.sh" "$@" 8>&-; }

# Runs however the script ends.
clean_up() {
    local code=$?
    trap - EXIT
    trap '' INT TERM
    if [[ -n "$job" ]]; then
        kill -TERM "$job" 2>/dev/null || true
        wait "$job" 2>/dev/null || true
    fi
    if [[ -n "$started" ]]; then
        if [[ -n "$keep" ]] && ((code != 130 && code != 143)); then
            say "that Hadoop goes on running (--keep); bin/dev-hadoop.sh stop ends it"
        else
            hadoop stop || code=1
        fi
    fi
    exit "$code"
}

start_hadoop() {
    if hadoop status >/dev/null 2>&1; then
        say "using the development Hadoop that runs already"
        return
    fi
    started=1
    hadoop start || fail "the development Hadoop did not start; its message is above."
}

upload() {
    local file bytes number=0 block
    for file in "${files[@]}"; do
        number=$((number + 1))
        bytes=$(stat -L -c %s -- "$file")
        # Some four blocks a file, so that both workers read also when it is small.
        block=$(((bytes / 4 / MEBIBYTE + 1) * MEBIBYTE))
        if ((block > 64 * MEBIBYTE)); then block=$((64 * MEBIBYTE)); fi
        say "copying $file ($bytes bytes) to $hdfs/input"
        hadoop fs -D "dfs.blocksize=$block" -put - "$hdfs/input/$(printf 'text-%03d.txt' "$number")" <"$file" \
            || fail "'$file' could not be copied to HDFS; the message is above."
    done
}

run_job() {
    local code=0
    # In the background, so that a signal to this script alone is served at once; with our own standard input, which a
    # background process would not get by itself. -sae: what ends the launcher cancels the job.
    "$CHECKOUT/bin/millrace" run-application -t yarn-application -sae -p 2 \
        -D taskmanager.numberOfTaskSlots=1 \
        -D jobmanager.memory.process.size=1024m \
        -D taskmanager.memory.process.size=1280m \
        -D "yarn.application.name=quickstart word count" \
        -c io.millrace.examples.WordCount "$home/examples/millrace-examples.jar" \
        --input "$hdfs/input" --output "$hdfs/output" <&0 8>&- &
    job=$!
    wait "$job" || code=$?
    job=
    return "$code"
}

show_result() {
    local words copy=$CHECKOUT/build/quickstart/$run/copy
    mkdir -p "$(dirname "$output")" "$(dirname "$copy")"
    # By way of a path of our own: Hadoop's shell does not take blanks in one.
    hadoop fs -get "$hdfs/output" "$copy" || fail "the result could not be copied from HDFS; it is in $hdfs/output there."
    # An empty folder that exists already would become the parent of the copy.
    if [[ -d "$output" ]]; then rmdir -- "$output"; fi
    mv -- "$copy" "$output"
    words=$(find "$output" -type f ! -name '_*' ! -name '.*' -exec cat {} +)
    say "the ten commonest of $(printf '%s\n' "$words" | grep -c . || true) words:"
    printf '%s\n' "$words" | LC_ALL=C sort -k2,2nr -k1,1 | sed -n '1,10s/^/    /p'
    say "the result is in $output, and in HDFS: $hdfs/output"
    say "to read it there:  bin/dev-hadoop.sh start; bin/dev-hadoop.sh fs -cat '$hdfs/output/*'"
    say "to run jobs there: bin/dev-hadoop.sh start; eval \"\$(bin/dev-hadoop.sh env)\"; bin/millrace --help"
}

parse_arguments "$@"
find_java quickstart
job=
started=
home=
run=$(date -u +%Y%m%d-%H%M%S)-$$
hdfs=/user/$(id -un)/quickstart/$run
output=${output:-$CHECKOUT/build/quickstart/$run/result}
output=$(readlink -m -- "$output")

take_turn
build_if_needed
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_hadoop
eval "$(hadoop env)"
export HADOOP_CONF_DIR
hadoop fs -mkdir -p "$hdfs/input" || fail "no folder could be made on HDFS; the message is above."
upload

code=0
run_job || code=$?
if ((code != 0)); then
    say "the job ended with exit code $code; its logs: bin/dev-hadoop.sh start; bin/dev-hadoop.sh logs APPLICATION" >&2
    exit "$code"
fi
show_result

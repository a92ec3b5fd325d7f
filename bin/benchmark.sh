#!/usr/bin/env bash
# Runs a workload of the benchmarks and prints one line of JSON. Builds them first if that was not done.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"

usage() {
    cat <<'EOT'
usage: bin/benchmark.sh BP [--records N] [--spin NANOS]

BP: bids through two task managers with a heap of 256 MiB into a sink that works NANOS (3000) for each of N (50000000)
records. Prints the heap after collection and the direct memory in the two halves of the run, and how long a cancel
took. The heap is set by MILLRACE_BENCHMARK_OPTS (-Xmx256m).
EOT
}

refuse() {
    echo "benchmark: $*" >&2
    exit 2
}

(($# > 0)) || { usage >&2; exit 2; }
case $1 in
    BP) ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) refuse "there is no workload '$1'; there is BP." ;;
esac
shift
records=50000000
spin=3000
while (($# > 0)); do
    case $1 in
        --records | --spin)
            [[ "${2:-}" =~ ^[0-9]+$ ]] || refuse "$1 needs a number, not '${2:-}'."
            if [[ $1 == --records ]]; then records=$2; else spin=$2; fi
            shift
            ;;
        *) refuse "unknown option '$1'; see --help." ;;
    esac
    shift
done

find_java benchmark
if [[ ! -d "$CHECKOUT/benchmarks/target/lib" ]]; then
    echo "benchmark: building ..." >&2
    (cd "$CHECKOUT" && mvn -B -ntp -q -DskipTests -Dquick -pl benchmarks -am package)
fi
# Unquoted on purpose: several options, separated by blanks.
# shellcheck disable=SC2206
options=(${MILLRACE_BENCHMARK_OPTS:--Xmx256m})
exec "$JAVA" -XX:+UseParallelGC -XX:+UseCondCardMark "${options[@]}" \
    -cp "$CHECKOUT/benchmarks/target/classes:$CHECKOUT/benchmarks/target/lib/*" \
    io.millrace.benchmarks.BackPressure "$records" "$spin"

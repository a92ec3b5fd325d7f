#!/usr/bin/env bash
# Runs a workload of the benchmarks and prints lines of JSON. Builds what has changed first.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"

usage() {
    cat <<'EOF'
usage: bin/benchmark.sh W1|W2|WC [--parallelism N] [--workers N] [--keys N] [--warmup S] [--window S] [--repeats N]
                                 [--profile]
       bin/benchmark.sh BP [--records N] [--spin NANOS] [--repeats N]
       bin/benchmark.sh JMH [PATTERN] [OPTION OF JMH...]

W1   bids -> map to a new bid -> discarded
W2   bids -> keyed by auction -> running sum of the price, a result for each bid -> discarded
WC   words of a text of 64 MiB (made once, below benchmarks/target, and read again and again) -> keyed -> running count
     -> discarded
BP   bids through two task managers into a sink that works NANOS (3000) for each of N (50000000) records: heap after
     collection and direct memory in the two halves of the run, and how long a cancel took
JMH  what the record's way is made of: serializers, edges, chains; PATTERN is a regular expression

  --parallelism N  of every operator (2)
  --workers N      task managers in the JVM; between two of them records travel over TCP (1)
  --keys N         different auctions, W1 and W2 (10000)
  --warmup S       seconds before the window (10); on a busy machine the JIT compiler needs more
  --window S       seconds that are measured (10)
  --repeats N      JVMs, one after the other (3; BP: 1)
  --profile        prints the methods in which most of the time was spent, too

Each repeat prints a line of JSON, and the repeat in the middle once more as the median: records per second, CPU
nanoseconds of the whole process for each record, milliseconds of garbage collection, the most memory that was resident,
and with two workers or more the bytes sent. MILLRACE_BENCHMARK_OPTS replaces the heap given to the JVM (-Xms1g -Xmx1g;
BP: -Xmx256m). The exit code is 1 if a repeat fails and 2 if it is called in a way that makes no sense.
EOF
}

case ${1:-} in
    '')
        usage >&2
        exit 2
        ;;
    -h | --help)
        usage
        exit 0
        ;;
esac

find_java benchmark

# changed FOLDER...: whether anything there is newer than the last build.
changed() {
    local stamp=$CHECKOUT/benchmarks/target/built
    [[ ! -f "$stamp" ]] || [[ -n "$(find "$@" -newer "$stamp" -print -quit)" ]]
}

modules=("$CHECKOUT/api" "$CHECKOUT/runtime" "$CHECKOUT/benchmarks")
if changed "${modules[@]/%//src/main}" "${modules[@]/%//pom.xml}" "$CHECKOUT/pom.xml"; then
    echo "benchmark: building ..." >&2
    started=$(mktemp)
    (cd "$CHECKOUT" && mvn -B -ntp -q -DskipTests -Dquick -pl benchmarks -am package >&2)
    mv "$started" "$CHECKOUT/benchmarks/target/built"
fi

class_path="$CHECKOUT/benchmarks/target/classes:$CHECKOUT/benchmarks/target/lib/*"
if [[ $1 == JMH ]]; then
    shift
    exec "$JAVA" -cp "$class_path" org.openjdk.jmh.Main "$@"
fi
exec "$JAVA" -Xmx64m -XX:+UseSerialGC -cp "$class_path" io.millrace.benchmarks.BenchmarkCommand \
    "$CHECKOUT/benchmarks/target/data" "${MILLRACE_BENCHMARK_OPTS:-}" "$@"

#!/usr/bin/env bash
# Runs a workload of the benchmarks and prints lines of JSON. Builds what has changed first.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly CHECKOUT
# shellcheck source=bin/find-java.sh
source "$CHECKOUT/bin/find-java.sh"

usage() {
    cat <<'EOF'
usage: bin/benchmark.sh W1|W2|W3|W4|LAT|WC [--parallelism N] [--workers N] [--keys N] [--zipf] [--event-rate N] [--rate N]
                        [--warmup S] [--window S] [--repeats N] [--checkpoint-interval T --checkpoint-dir URI]
                        [--backend B] [-DKEY=VALUE...] [--profile]
       bin/benchmark.sh BP [--records N] [--spin NANOS] [--repeats N]
       bin/benchmark.sh STATE [--keys N,N...] [--layouts L,L...] [--seconds S] [--jvms N]
       bin/benchmark.sh JMH [PATTERN] [OPTION OF JMH...]

W1   bids -> map to a new bid -> discarded
W2   bids -> keyed by auction -> running sum of the price, a result for each bid -> discarded
W3   bids -> keyed by auction -> count in tumbling windows of 10 s of event time -> discarded
W4   bids -> keyed by auction -> count in windows of 60 s, one each second of event time -> discarded
LAT  W2 at a rate: the time from the emission of a bid to the update of its auction's sum (p50, p99, p99.9)
WC   words of a text of 64 MiB (made once, below benchmarks/target, and read again and again) -> keyed -> running count
     -> discarded
BP   bids through two task managers into a sink that works NANOS (3000) for each of N (50000000) records: heap after
     collection and direct memory in the two halves of the run, and how long a cancel took
STATE
     a table of what an update of keyed state costs, in Markdown: layouts flat, heap, table, boxed, log8, heap64, log64
     (benchmarks, class KeyedState), 10000,1000000 keys, uniform and by Zipf's law, without and with a snapshot each
     second; 3 JVMs of 4 seconds of CPU time each for a cell
JMH  what the record's way is made of: serializers, edges, chains; PATTERN is a regular expression

  --parallelism N  of every operator (2)
  --workers N      task managers in the JVM; between two of them records travel over TCP (1)
  --keys N         different auctions, all but WC (10000)
  --zipf           auctions by Zipf's law, the r-th most frequent in proportion to 1/r; else all are as likely
  --event-rate N   bids in a second of event time, W3 and W4 (100000)
  --rate N         bids a second, LAT (50000)
  --checkpoint-interval T --checkpoint-dir URI
                   checkpoints every T (1s) below URI (file:///tmp/ckp, hdfs://HOST:PORT/ckp); W2, W3, W4 and LAT
  --backend B      where the state lies: managed or rocksdb; W2, W3, W4 and LAT (managed)
  -DKEY=VALUE      an option of the job
  --warmup S       seconds before the window (10)
  --window S       seconds that are measured (10); on a busy machine both last until the process has had as many seconds
                   of CPU time, six times as long at the most, but not with LAT, which needs little
  --repeats N      JVMs, one after the other (3; BP: 1)
  --profile        prints the methods in which most of the time was spent, too

Each repeat prints a line of JSON, and the repeat in the middle once more as the median: records per second, CPU
nanoseconds of the whole process for each record, milliseconds of garbage collection, the most memory that was resident,
with two workers or more the bytes sent, with checkpoints those completed within the window, their bytes and milliseconds,
and the command that runs the same again. MILLRACE_BENCHMARK_OPTS replaces the heap given to the JVM (-Xms1g -Xmx1g;
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

modules=("$CHECKOUT/api" "$CHECKOUT/runtime" "$CHECKOUT/hdfs-state" "$CHECKOUT/rocksdb-state" "$CHECKOUT/benchmarks")
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
if [[ $1 == STATE ]]; then
    shift
    exec "$JAVA" -Xmx64m -XX:+UseSerialGC -cp "$class_path" io.millrace.benchmarks.StateTable "$@"
fi
exec "$JAVA" -Xmx64m -XX:+UseSerialGC -cp "$class_path" io.millrace.benchmarks.BenchmarkCommand \
    "$CHECKOUT/benchmarks/target/data" "${MILLRACE_BENCHMARK_OPTS:-}" "$@"

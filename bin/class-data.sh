#!/usr/bin/env bash
# Makes the class-data archives of a distribution: its classes as the JVM has them in memory, parsed and verified.
set -euo pipefail

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=bin/find-java.sh
source "$HERE/bin/find-java.sh"
# shellcheck source=bin/class-path.sh
source "$HERE/bin/class-path.sh"

usage() {
    cat <<'EOT'
usage: bin/class-data.sh [FOLDER]

Makes the class-data archives of the distribution in FOLDER (the one that this script lies in) with the JDK in JAVA_HOME,
in the place of those that are there. Launcher, application master and workers then start with half of the processor
time or less, wherever they run on that very build of the JDK; with another one they start without, and say so in their
logs. A distribution brings archives for the JDK that it was built with: run this once if your cluster has another.
EOT
}

# refuse SENTENCE: what was asked for cannot be; exit code 2.
refuse() {
    echo "class-data: $*" >&2
    exit 2
}

fail() {
    echo "class-data: $*" >&2
    exit 1
}

# dump LIST ARCHIVE CLASS_PATH
dump() {
    # The collector and a small heap: what the archive depends on must not depend on the size of this machine.
    "$JAVA" -Xshare:dump -XX:+UseG1GC -Xmx512m -Xlog:disable -Xlog:all=error:stderr \
        "-XX:SharedClassListFile=$1" "-XX:SharedArchiveFile=$2" -cp "$3" >&2 \
        || fail "the JDK in $JAVA_HOME could not make $2; its message is above."
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
    -*) refuse "there is no option '$1'; see bin/class-data.sh --help." ;;
esac
(($# <= 1)) || refuse "one folder at most, not $#."
home=$(readlink -f -- "${1:-$HERE}")
if [[ ! -d "$home/lib" || ! -f "$home/class-data/containers.lst" ]]; then
    refuse "$home is no distribution (it has no lib/ or no class-data/containers.lst): name the folder of one."
fi
find_java class-data
[[ -f "$JAVA_HOME/release" ]] || fail "the JDK in $JAVA_HOME has no file 'release', by which nodes tell whether theirs is the same."

target=$home/class-data
work=$(mktemp -d "$target/new.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# As a container sees it: jars with the times that io.millrace.client.TarFile gives to them, and relative paths.
mkdir -p "$work/container/millrace/lib" "$work/container/class-data"
cp -- "$home"/lib/*.jar "$work/container/millrace/lib/"
touch -d @1577836800 "$work"/container/millrace/lib/*.jar
cp -- "$JAVA_HOME/release" "$work/container/class-data/jdk"
cp -- "$target/options.sh" "$work/container/class-data/options.sh"
(cd "$work/container" && dump "$target/containers.lst" class-data/containers.jsa "$(class_path millrace/lib millrace/lib)")
tar -C "$work/container/class-data" --sort=name --mtime=@1577836800 --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r \
    -czf "$work/containers.tar.gz" containers.jsa jdk options.sh

# As bin/millrace starts the launcher: by way of a descriptor, so that the text is the same wherever the folder lies.
exec 9<"$home/lib"
dump "$target/launcher.lst" "$work/launcher.jsa" "$(class_path "$home/lib" "$LAUNCHER_LIB")"

mv -f -- "$work/container/class-data/jdk" "$work/containers.tar.gz" "$work/launcher.jsa" "$target/"
echo "class-data: made archives for Java $(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"$/\1/p' "$target/jdk") in $target"

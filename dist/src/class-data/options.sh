#!/bin/sh
# Run by a container in its folder, before its JVM: prints the options with which that uses the class-data archive beside
# this file. A JVM of another build than the one that made the archive would refuse it and start without its own, too: it
# is told nothing but whose archive it has missed.
#
# usage: options.sh [JAVA_HOME]
set -u
home=${1:-${JAVA_HOME:-}}
if [ -z "$home" ]; then
    java=$(command -v java) && home=$(dirname "$(dirname "$(readlink -f "$java")")")
fi
made_by=$(cat class-data/jdk)
if [ "$(cat "$home/release" 2>/dev/null)" = "$made_by" ]; then
    echo "-XX:SharedArchiveFile=class-data/containers.jsa -Dmillrace.class-data=class-data/containers.jsa"
else
    version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\([^" ]*\)"$/\1/p' class-data/jdk)
    echo "-Dmillrace.class-data.jdk=${version:-unknown}"
fi

# Sourced by the other scripts: finds a Java of at least 17 and sets JAVA_HOME and JAVA, or says what is missing.
# shellcheck shell=bash

# find_java NAME: NAME is the script that asks, for its messages. Exits 2 when there is no suitable Java.
find_java() {
    local asker=$1 found version major
    if [[ -n "${JAVA_HOME:-}" ]]; then
        JAVA=$JAVA_HOME/bin/java
        if [[ ! -x "$JAVA" ]]; then
            echo "$asker: JAVA_HOME is '$JAVA_HOME', but there is no program bin/java in it: set it to a JDK 17 or newer, or unset it to use the java on the PATH." >&2
            exit 2
        fi
    elif found=$(command -v java); then
        found=$(readlink -f "$found")
        JAVA_HOME=$(dirname "$(dirname "$found")")
        JAVA=$JAVA_HOME/bin/java
    else
        echo "$asker: no Java found: install a JDK 17 or newer, or set JAVA_HOME to one." >&2
        exit 2
    fi
    # Every JDK has the file `release`, which is read without starting a JVM.
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$JAVA_HOME/release" 2>/dev/null) || true
    if [[ -z "$version" ]]; then
        version=$("$JAVA" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -1) || true
    fi
    major=${version%%.*}
    major=${major%%[!0-9]*}
    if [[ -z "$major" ]] || ((major < 17)); then
        echo "$asker: $JAVA_HOME is Java '${version:-unknown}', and 17 or newer is needed: set JAVA_HOME to a JDK 17." >&2
        exit 2
    fi
    export JAVA_HOME
}

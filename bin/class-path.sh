# Sourced by the other scripts: the class path of a distribution.
# shellcheck shell=bash

# class_path FOLDER NAME: prints a class path of the jars in the folder under another name of it, ours first and then in
# the order of their names, as io.millrace.client.Distribution has them: a class-data archive is only used with the class
# path, as text, that it was made with.
class_path() {
    local LC_ALL=C jar ours= others=
    for jar in "$1"/*.jar; do
        jar=${jar##*/}
        if [[ "$jar" == millrace-* ]]; then ours+=:$2/$jar; else others+=:$2/$jar; fi
    done
    jar=$ours$others
    echo "${jar#:}"
}

# The name under which a launcher's class path has lib/: descriptor 9, which bin/millrace opens, so that the text is the
# same wherever the distribution lies.
# shellcheck disable=SC2034
readonly LAUNCHER_LIB=/proc/self/fd/9

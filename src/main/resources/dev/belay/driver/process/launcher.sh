#!/bin/sh
# Starts one program and writes down that it began and how it ended.
#
#   launcher RUN_FOLDER OPEN_FILES GROUP... -- PROGRAM ARGUMENT...
#
# Runs as the leader of a session of its own. RUN_FOLDER/claim can be made only once: whoever makes
# it decides whether this run happens, so that a run that was given up cannot begin late.
# OPEN_FILES of 0 is no limit; GROUP is a control group to run in. Words are passed on, never joined.
run=$1
files=$2
shift 2
umask 022
(
    # Of this subshell: the process that the program will be. Field 22 is when it began.
    read -r pid x x x x x x x x x x x x x x x x x x x x start x < /proc/self/stat || exit 125
    set -C
    printf '%s %s\n' "$pid" "$start" > "$run/claim" || exit 125
    set +C
    while [ "$1" != -- ]; do
        printf '0\n' > "$1/cgroup.procs" || exit 125
        shift
    done
    shift
    [ "$files" = 0 ] || ulimit -n "$files" || exit 125
    exec "$@"
)
status=$?
printf '%s\n' "$status" > "$run/exit" && command -p sync "$run/exit"

#!/bin/sh
# Runs a command on a leash: `leash.sh GRACE_SECONDS COMMAND ARGUMENTS…`, started as the leader of a process group.
# stdin is a pipe whose other end only the supervisor holds. When it closes, for whatever reason, the command gets
# SIGTERM and, GRACE_SECONDS later, the whole group SIGKILL. The command's pid and its exit code are told on fd 3.
grace=$1
shift
exec 4<&0 </dev/null

"$@" 3>&- 4<&- &
child=$!
# A supervisor that is gone reads nothing any more; that must not end this script before its last line.
trap '' PIPE
echo "pid $child" 2>/dev/null >&3

(
  exec 3>&-
  while read -r _ <&4; do :; done
  kill -TERM "$child" 2>/dev/null
  while [ "$grace" -gt 0 ] && kill -0 "$child" 2>/dev/null; do
    sleep 1
    grace=$((grace - 1))
  done
  kill -KILL 0
) &

wait "$child"
echo "exit $?" 2>/dev/null >&3
# Nothing outlives the command: neither its own children nor the watcher above.
kill -KILL 0

#!/bin/sh
# For cron, as the user whose crontab it is in:
#     17 3 * * *  /etc/cutover/nightly.sh
# cron mails what is printed, so a night that passed is silent.
#
# Exit code 75 (what could not be compared may pass) is tried again; 1 (differences), 2 (to be corrected) and 130 (stopped)
# are not.
set -u
HOME_OF_SUITES=${CUTOVER_HOME:-/etc/cutover}
# OLD_URL, NEW_URL, CUTOVER_CHECKS (how many checks there must be) and, to be told, CUTOVER_NOTIFY; mode 0600,
# values in single quotes, which systemd reads the same.
set -a
. "$HOME_OF_SUITES/environment"
set +a
cd "$HOME_OF_SUITES" || exit 2

state=${CUTOVER_STATE:-/var/lib/cutover}
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

# One run at a time: a slow night must not meet the next one.
exec 9>"$state/lock" || exit 2
flock -n 9 || { echo "the run before is still going" >&2; exit 2; }

for wait in 900 900 last; do
    cutover run checks/ --expect-checks "$CUTOVER_CHECKS" --deadline 2h --reports "$state/reports" --keep 30 \
        --retryable-exit 75 --no-color >"$log" 2>&1
    code=$?
    if [ "$code" != 75 ] || [ "$wait" = last ]; then break; fi
    sleep "${CUTOVER_WAIT:-$wait}"
done
[ "$code" = 0 ] || cat "$log"
exit "$code"

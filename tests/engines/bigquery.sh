# Fetches BigQuery's ADBC driver, for a script that has sourced lib.sh; it is installed into .engines/.
# shellcheck shell=bash

BIGQUERY="adbc-driver-bigquery==1.11.0"

# The path of the driver, unless another is given.
find_bigquery() {
    [ -z "${CUTOVER_TEST_BIGQUERY_DRIVER:-}" ] || return 0
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        local folder
        folder=$(cd .engines && pwd -P)/bigquery-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$folder: $BIGQUERY" ] || exit 0
        say "installing $BIGQUERY from PyPI into .engines/ (about 50 MB)"
        new_venv "$folder"
        # What it needs beside itself is for Python programs, of which none runs here.
        "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps "$BIGQUERY" >&2
        printf '%s' "$folder: $BIGQUERY" >"$folder/installed"
    ) 9>.engines/bigquery.lock
    CUTOVER_TEST_BIGQUERY_DRIVER=$(echo "$(cd .engines && pwd -P)"/bigquery-venv/lib/python3*/site-packages/adbc_driver_bigquery/libadbc_driver_bigquery.so)
    export CUTOVER_TEST_BIGQUERY_DRIVER
}

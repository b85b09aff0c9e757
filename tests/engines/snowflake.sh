# Starts a stand-in of Snowflake, and fetches Snowflake's ADBC driver, for a script that has sourced lib.sh; both are installed
# into .engines/.
# shellcheck shell=bash

# The stand-in is DuckDB behind Snowflake's protocol.
SNOWFLAKE="fakesnow[server]==0.12.1 snowflake-connector-python==4.8.1 pyarrow==26.0.1 adbc-driver-manager==1.13.0 adbc-driver-snowflake==1.11.0"

install_snowflake() {
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        local folder
        folder=$(cd .engines && pwd -P)/snowflake-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$folder: $SNOWFLAKE" ] || exit 0
        say "installing $SNOWFLAKE from PyPI into .engines/ (about 400 MB)"
        new_venv "$folder"
        # shellcheck disable=SC2086
        "$folder/bin/pip" install --quiet --disable-pip-version-check $SNOWFLAKE >&2
        printf '%s' "$folder: $SNOWFLAKE" >"$folder/installed"
    ) 9>.engines/snowflake.lock
}

# The path of the driver, unless another is given.
find_snowflake() {
    [ -z "${CUTOVER_TEST_SNOWFLAKE_DRIVER:-}" ] || return 0
    install_snowflake
    CUTOVER_TEST_SNOWFLAKE_DRIVER=$(echo "$(cd .engines && pwd -P)"/snowflake-venv/lib/python3*/site-packages/adbc_driver_snowflake/libadbc_driver_snowflake.so)
    export CUTOVER_TEST_SNOWFLAKE_DRIVER
}

# Starts the stand-in, which answers to anybody and makes databases and schemas as they are named; it is waited for.
start_snowflake() {
    local home=$HOME_OF_ENGINES/snowflake port server
    install_snowflake
    port=$(free_port)
    server=$(cd .engines && pwd -P)/snowflake-venv/bin/fakesnow
    mkdir "$home"
    # A zone far from UTC, so a session that is not pinned shows.
    (cd "$home" && exec env TZ=America/New_York "$server" --server --host 127.0.0.1 --port "$port") >"$home/log" 2>&1 </dev/null &
    local pid=$!
    store_pids="$store_pids $pid"
    export CUTOVER_TEST_SNOWFLAKE_URL="adbc:snowflake://reader:snow@127.0.0.1:$port/CUTOVER.PUBLIC?protocol=http"
    WAIT_FIFTHS=300 wait_for "$pid" "$home/log" "Snowflake's stand-in" listens "$port"
}

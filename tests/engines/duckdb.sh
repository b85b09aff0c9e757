# Fetches DuckDB's library, which is its own ADBC driver, for a script that has sourced lib.sh and stores.sh, into .engines/.
# shellcheck shell=bash

DUCKDB=@duckdb/node-bindings-linux-x64@1.5.6-r.1

find_duckdb() {
    [ -z "${CUTOVER_TEST_DUCKDB_DRIVER:-}" ] || return 0
    install_stores
    mkdir -p .engines
    (
        # Two runs at once must not fill one folder.
        ! command -v flock >/dev/null || flock 9
        local folder=$PWD/.engines/duckdb venv
        venv=$(cd .engines && pwd -P)/stores-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$DUCKDB" ] || exit 0
        say "installing $DUCKDB from npm into .engines/ (70 MB)"
        rm -rf "$folder"
        mkdir "$folder"
        node_of "$venv" npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "$DUCKDB" >&2
        printf '%s' "$DUCKDB" >"$folder/installed"
    ) 9>.engines/duckdb.lock
    export CUTOVER_TEST_DUCKDB_DRIVER="$PWD/.engines/duckdb/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so"
}

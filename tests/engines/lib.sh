# Starts and stops PostgreSQL, MariaDB and ClickHouse for a script that sources this: each on a free port of 127.0.0.1,
# with its data in a new folder under /tmp, all of it taken down when the script ends, also by Ctrl-C.
#
# The script stands in the root of the checkout, and calls find_python before it starts anything. It may set before sourcing:
#   SCRIPT             its name, which opens every message
#   PASSWORD           of the user cutover; PASSWORD_IN_URL is the same, percent-encoded
#   POSTGRES_SETTINGS  further lines for postgresql.conf
#   MYSQL_OPTIONS      further options of mariadbd, an array
# shellcheck shell=bash

CHDB=chdb-core==26.9.0
VENV=$PWD/.engines/clickhouse-venv
USER_NAME=cutover
# Special characters on purpose: a URL that is not decoded does not connect.
PASSWORD=${PASSWORD:-p@ss:w/rd}
PASSWORD_IN_URL=${PASSWORD_IN_URL:-p%40ss%3Aw%2Frd}
# Everything that the engines write; outside the checkout, whose parents their users may be unable to enter.
HOME_OF_ENGINES=$(mktemp -d "${TMPDIR:-/tmp}/cutover-engines.XXXXXX")
chmod 755 "$HOME_OF_ENGINES"

postgres_bin= postgres_started= mysql_pid= clickhouse_pid= store_pids=

say() { printf '%s: %s\n' "${SCRIPT:-$0}" "$*" >&2; }

die() {
    say "$*"
    exit 2
}

# Runs a command as an unprivileged user when this is root: PostgreSQL refuses to run as root.
as() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u "$user" -- "$@")
    else
        "$@"
    fi
}

stop_engines() {
    trap '' INT TERM
    if [ -n "$postgres_started" ]; then
        as postgres "$postgres_bin/pg_ctl" -D "$HOME_OF_ENGINES/postgres/data" -m immediate -w stop >/dev/null 2>&1 || true
    fi
    for pid in $mysql_pid $clickhouse_pid $store_pids; do
        kill "$pid" 2>/dev/null || true
        # A server that does not go in ten seconds is made to.
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$HOME_OF_ENGINES"
}
trap stop_engines EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

apt_updated=
apt_install() {
    command -v apt-get >/dev/null ||
        die "$* is missing and there is no apt-get to install it; install it yourself, or name servers of your own in the CUTOVER_TEST_*_URL variables"
    local sudo=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "$* is missing; install it as root, or install sudo"
        sudo=sudo
    fi
    say "installing $* with apt-get"
    if [ -z "$apt_updated" ]; then
        $sudo apt-get update -qq </dev/null >&2
        apt_updated=1
    fi
    local log=$HOME_OF_ENGINES/apt.log
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >"$log" 2>&1 ||
        { cat "$log" >&2; die "apt-get could not install $*"; }
}

find_python() {
    command -v python3 >/dev/null || apt_install python3
}

# The browser and the validator that the HTML report is tested with.
find_chromium() {
    command -v chromium >/dev/null || apt_install chromium
    command -v tidy >/dev/null || apt_install tidy
}

# What typesets the manual.
find_groff() {
    command -v groff >/dev/null || apt_install groff-base
}

# A clock for the program that tests can set.
find_faketime() {
    [ -n "${CUTOVER_TEST_FAKETIME:-}" ] && return
    [ -n "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null)" ] || apt_install faketime
    CUTOVER_TEST_FAKETIME=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -n 1)
    export CUTOVER_TEST_FAKETIME
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

find_postgres() {
    local found
    # Debian keeps the server's programs off PATH, one folder per version.
    found=$({ ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null || true; command -v postgres || true; } | sort -V | tail -n 1)
    [ -z "$found" ] || postgres_bin=$(dirname "$(readlink -f "$found")")
}

start_postgres() {
    find_postgres
    if [ -z "$postgres_bin" ]; then
        apt_install postgresql
        find_postgres
        [ -n "$postgres_bin" ] || die "PostgreSQL was installed, but its server is in none of the known places"
    fi
    local home=$HOME_OF_ENGINES/postgres port
    mkdir "$home"
    printf '%s' "$PASSWORD" >"$home/password"
    [ "$(id -u)" != 0 ] || chown -R postgres "$home"
    port=$(free_port)
    # The account of most connections has the password that is cheap to prove: SCRAM hashes 4096 times, which without
    # optimisation is a tenth of what some tests compute. Accounts that tests make have SCRAM.
    as postgres "$postgres_bin/initdb" -D "$home/data" -U "$USER_NAME" --pwfile="$home/password" -A md5 \
        -E UTF8 --locale=C.UTF-8 --no-sync >"$home/log.init" 2>&1 || { cat "$home/log.init" >&2; die "initdb failed"; }
    # The zone is far from UTC, so a session that is not pinned shows.
    as postgres tee -a "$home/data/postgresql.conf" >/dev/null <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$home'
timezone = 'America/New_York'
max_connections = 200
password_encryption = scram-sha-256
fsync = off
synchronous_commit = off
full_page_writes = off
${POSTGRES_SETTINGS:-}
CONF
    postgres_started=1
    as postgres "$postgres_bin/pg_ctl" -D "$home/data" -l "$home/log" -w -t 60 start >/dev/null ||
        { cat "$home/log" >&2; die "PostgreSQL did not start"; }
    PGPASSWORD=$PASSWORD "$postgres_bin/createdb" -h 127.0.0.1 -p "$port" -U "$USER_NAME" cutover
    export CUTOVER_TEST_POSTGRES_URL="postgres://$USER_NAME:$PASSWORD_IN_URL@127.0.0.1:$port/cutover"
}

start_mysql() {
    local server
    server=$(command -v mariadbd || ls /usr/sbin/mariadbd 2>/dev/null || true)
    if [ -z "$server" ]; then
        apt_install mariadb-server
        server=$(command -v mariadbd || ls /usr/sbin/mariadbd)
    fi
    local home=$HOME_OF_ENGINES/mysql port user=()
    # A folder for temporary tables of its own: two servers that are set up at once take the same names.
    mkdir "$home" "$home/tmp"
    if [ "$(id -u)" = 0 ]; then
        chown mysql "$home" "$home/tmp"
        user=(--user=mysql)
    fi
    port=$(free_port)
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$home/data" --tmpdir="$home/tmp" --auth-root-authentication-method=normal \
        --skip-test-db >"$home/log.init" 2>&1 || { cat "$home/log.init" >&2; die "mariadb-install-db failed"; }
    cat >"$home/init.sql" <<SQL
CREATE DATABASE cutover CHARACTER SET utf8mb4;
CREATE USER '$USER_NAME'@'%' IDENTIFIED BY '$PASSWORD';
GRANT ALL PRIVILEGES ON *.* TO '$USER_NAME'@'%' WITH GRANT OPTION;
DELETE FROM mysql.global_priv WHERE User = '';
FLUSH PRIVILEGES;
SQL
    "$server" --no-defaults "${user[@]}" --datadir="$home/data" --tmpdir="$home/tmp" --port="$port" --bind-address=127.0.0.1 \
        --socket="$home/socket" --pid-file="$home/pid" --skip-name-resolve --init-file="$home/init.sql" \
        --character-set-server=utf8mb4 --default-time-zone=+05:00 --max-connections=200 \
        --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M ${MYSQL_OPTIONS[@]+"${MYSQL_OPTIONS[@]}"} >"$home/log" 2>&1 </dev/null &
    mysql_pid=$!
    # The port opens after the init file has run.
    wait_for "$mysql_pid" "$home/log" MariaDB \
        python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1).close()"
    export CUTOVER_TEST_MYSQL_URL="mysql://$USER_NAME:$PASSWORD_IN_URL@127.0.0.1:$port/cutover"
}

# Makes an empty environment of Python in a folder.
new_venv() {
    rm -rf "$1"
    if ! python3 -m venv "$1" >/dev/null 2>&1; then
        rm -rf "$1"
        apt_install python3-venv
        python3 -m venv "$1"
    fi
}

# Debian's ClickHouse is from 2018; chdb-core is the current engine as a Python package.
install_clickhouse() {
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        if [ "$(cat "$VENV/installed" 2>/dev/null || true)" != "$CHDB" ]; then
            say "installing $CHDB from PyPI into .engines/ (about 180 MB)"
            new_venv "$VENV"
            "$VENV/bin/pip" install --quiet --disable-pip-version-check --no-deps "$CHDB" >&2
            printf '%s' "$CHDB" >"$VENV/installed"
        fi
    ) 9>.engines/lock
}

# Starts one in a folder of this name.
start_clickhouse() {
    install_clickhouse
    local home=$HOME_OF_ENGINES/${1:-clickhouse} port
    mkdir "$home"
    port=$(free_port)
    local front=$PWD/tests/engines/clickhouse.py
    # The embedded engine writes files where it was started.
    (cd "$home" && exec "$VENV/bin/python" "$front" --port "$port" --path "$home/data" \
        --user "$USER_NAME" --password "$PASSWORD") >"$home/log" 2>&1 </dev/null &
    clickhouse_pid=$!
    wait_for "$clickhouse_pid" "$home/log" ClickHouse \
        python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/ping', timeout=2).read()"
    export CUTOVER_TEST_CLICKHOUSE_URL="clickhouse://$USER_NAME:$PASSWORD_IN_URL@127.0.0.1:$port/default"
}

# Waits until a command succeeds, a minute unless WAIT_FIFTHS says so many fifths of a second: wait_for PID LOG NAME COMMAND...
wait_for() {
    local pid=$1 log=$2 name=$3
    shift 3
    for _ in $(seq "${WAIT_FIFTHS:-300}"); do
        ! "$@" >/dev/null 2>&1 || return 0
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    cat "$log" >&2
    die "$name did not start"
}

#!/usr/bin/env bash
# One more PostgreSQL or MariaDB, for a test that changes what holds for a whole server: its certificate, its global settings.
#
#     own.sh postgres|mysql CERTIFICATE KEY
#
# Prints its URL and the folder with the certificate and the key it uses (server.crt, server.key), a line each, and takes it
# down when stdin ends. Listens on 127.0.0.1 and, where the machine has it, on ::1, and speaks TLS to whoever asks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

SCRIPT=tests/engines/own.sh
. tests/engines/lib.sh
find_python

tls=$HOME_OF_ENGINES/tls
mkdir "$tls"
cp "$2" "$tls/server.crt"
cp "$3" "$tls/server.key"
chmod 600 "$tls/server.key"
addresses=127.0.0.1
if python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null; then
    addresses=127.0.0.1,::1
fi
case $1 in
postgres)
    [ "$(id -u)" != 0 ] || { find_postgres; [ -n "$postgres_bin" ] || apt_install postgresql; chown -R postgres "$tls"; }
    POSTGRES_SETTINGS="listen_addresses = '$addresses'
ssl = on
ssl_cert_file = '$tls/server.crt'
ssl_key_file = '$tls/server.key'"
    start_postgres
    url=$CUTOVER_TEST_POSTGRES_URL
    ;;
mysql)
    [ "$(id -u)" != 0 ] || { command -v mariadbd >/dev/null || apt_install mariadb-server; chown -R mysql "$tls"; }
    MYSQL_OPTIONS=(--bind-address="$addresses" --ssl-cert="$tls/server.crt" --ssl-key="$tls/server.key")
    start_mysql
    url=$CUTOVER_TEST_MYSQL_URL
    ;;
*) die "unknown engine $1" ;;
esac
printf '%s\n%s\n' "$url" "$tls"
cat >/dev/null

# Readers of the formats that runs and recipes are written in: Prometheus' own parsers and node_exporter, the schemas of
# CI systems and of Kubernetes; the spelling checker of .ci/run. For a script that has sourced lib.sh; everything goes to .engines/.
# shellcheck shell=bash

TOOLS="check-jsonschema==0.39.0 kubernetes-validate==1.37.0 prometheus-client==0.26.0 typos==1.52.0"

find_tools() {
    command -v systemd-analyze >/dev/null || apt_install systemd
    command -v openssl >/dev/null || apt_install openssl
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        # Where it really is: its programs name that place, and stop working when the checkout moves or was reached by a link.
        install_tools "$(cd .engines && pwd -P)/tools-venv"
        unpack_exporter "$PWD/.engines/node-exporter"
    ) 9>.engines/tools.lock
}

install_tools() {
    [ "$(cat "$1/installed" 2>/dev/null || true)" != "$1: $TOOLS" ] || return 0
    say "installing $TOOLS from PyPI into .engines/"
    new_venv "$1"
    # shellcheck disable=SC2086
    "$1/bin/pip" install --quiet --disable-pip-version-check $TOOLS >&2
    printf '%s' "$1: $TOOLS" >"$1/installed"
}

# Unpacked, not installed: the package would start a service.
unpack_exporter() {
    local program=usr/bin/prometheus-node-exporter
    [ ! -x "$1/$program" ] || return 0
    command -v apt-get >/dev/null || die "there is no apt-get to fetch node_exporter with; put its program at $1/$program"
    say "fetching prometheus-node-exporter with apt-get into .engines/"
    rm -rf "$1"
    mkdir -p "$1"
    (cd "$1" && apt-get download -qq prometheus-node-exporter >/dev/null 2>&1) || {
        local sudo=
        [ "$(id -u)" = 0 ] || sudo=sudo
        $sudo apt-get update -qq </dev/null >&2
        (cd "$1" && apt-get download -qq prometheus-node-exporter >&2)
    }
    dpkg-deb -x "$1"/prometheus-node-exporter_*.deb "$1"
    rm "$1"/prometheus-node-exporter_*.deb
}

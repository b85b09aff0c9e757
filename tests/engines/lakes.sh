# Writers of Delta and Iceberg tables, for a script that has sourced lib.sh; they are installed into .engines/.
# shellcheck shell=bash

LAKES="deltalake==1.6.6 pyiceberg[sql-sqlite]==0.12.0 pyiceberg-core==0.11.0 pyarrow==26.0.1"

find_lakes() {
    mkdir -p .engines
    (
        # Two runs at once must not fill one environment.
        ! command -v flock >/dev/null || flock 9
        local folder
        folder=$(cd .engines && pwd -P)/lakes-venv
        [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$folder: $LAKES" ] || exit 0
        say "installing $LAKES from PyPI into .engines/ (about 250 MB)"
        new_venv "$folder"
        # shellcheck disable=SC2086
        "$folder/bin/pip" install --quiet --disable-pip-version-check $LAKES >&2
        printf '%s' "$folder: $LAKES" >"$folder/installed"
    ) 9>.engines/lakes.lock
}

"""Holds cutover against files that others test their readers with: `sweep.py CUTOVER FOLDER`, with pyarrow installed.

FOLDER is a copy of https://github.com/apache/parquet-testing or https://github.com/apache/arrow-testing, or any other.
Each file against itself is equal or an error that is told; against a copy with one value changed it is never equal.
Prints what is neither, and how many were what; exits with 1 where there is any.
"""

import collections
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

ENDINGS = {".parquet": ".parquet", ".arrow": ".arrow", ".arrow_file": ".arrow", ".feather": ".feather", ".avro": ".avro"}


def diff(cutover, old, new, *more):
    """The exit code of a diff, and what it said; a code of its own for one that does not end."""
    command = [cutover, "diff", "--old", old, "--new", new, "--report", "json=/dev/null", *more]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300)
    except subprocess.TimeoutExpired:
        return "no end", ""
    return done.returncode, done.stdout + done.stderr


def changed(table):
    """Copies of a table, each with the first value of one column changed, as far as pyarrow can."""
    for at, field in enumerate(table.schema):
        column = table.column(at).combine_chunks()
        if len(column) == 0:
            continue
        try:
            other = another(column[0].as_py(), field.type)
            values = pa.concat_arrays([pa.array([other], field.type), column.slice(1)])
            yield field.name, table.set_column(at, field, values)
        except (pa.ArrowException, TypeError, ValueError, OverflowError, NotImplementedError):
            continue


def another(value, of):
    if value is None:
        tests = {pa.types.is_boolean: True, pa.types.is_string: "x", pa.types.is_integer: 1}
        found = [filled for test, filled in tests.items() if test(of)]
        if not found:
            raise NotImplementedError
        return found[0]
    if pa.types.is_boolean(of):
        return not value
    if pa.types.is_integer(of) or pa.types.is_floating(of) or pa.types.is_decimal(of):
        return value - 1 if value == value and value > 0 else (value + 1 if value == value else 0.0)
    if pa.types.is_string(of) or pa.types.is_large_string(of):
        return value + "x"
    if pa.types.is_binary(of):
        return value + b"x"
    raise NotImplementedError


def main(cutover, folder):
    counted, wrong = collections.Counter(), []
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix in ENDINGS and path.is_file())
    with tempfile.TemporaryDirectory() as made:
        for path in files:
            here = pathlib.Path(made) / ("t" + ENDINGS[path.suffix])
            shutil.copyfile(path, here)
            code, said = diff(cutover, here, here)
            verdict = {0: "equal", 2: "error"}.get(code, "wrong")
            if "panicked" in said or "broke off" in said or (code == 2 and not said.strip()):
                verdict = "wrong"
            counted[verdict] += 1
            print(verdict, path.relative_to(folder), "" if verdict == "equal" else said.strip().split("\n")[0][:300])
            if verdict == "wrong":
                wrong.append(f"{path}: exit {code}: {said.strip()[:600]}")
            if verdict != "equal" or here.suffix != ".parquet":
                continue
            try:
                table = pq.read_table(here)
            except Exception:  # What pyarrow does not read is not changed.
                continue
            for name, copy in list(changed(table))[:12]:
                there = pathlib.Path(made) / "u.parquet"
                pq.write_table(copy, there)
                code, said = diff(cutover, here, there)
                counted["change seen" if code != 0 else "change missed"] += 1
                if code == 0:
                    wrong.append(f"{path}: a change in `{name}` is not seen: {said.strip()[:600]}")
    print(dict(counted))
    for line in wrong:
        print("WRONG", line)
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))

"""Runs the task of the Airflow recipe as a worker would, and prints what Airflow would do next: `success`, `failed`, or
`up_for_retry`.

Airflow itself takes 300 MB, so where it is not installed, as in the environment of the tests, its names stand for
themselves here: two decorators and two exceptions, of which one forbids another try.
"""

import importlib.util
import sys
import types

TASKS = []


def decorator(keep):
    def given(*_, **settings):
        def decorate(function):
            def call():
                keep.append((function, settings))
                if keep is not TASKS:
                    function()

            return call

        return decorate

    return given


class AirflowException(Exception):
    pass


class AirflowFailException(AirflowException):
    pass


if importlib.util.find_spec("airflow") is None:
    airflow, decorators, exceptions = (types.ModuleType(f"airflow{name}") for name in ("", ".decorators", ".exceptions"))
    decorators.dag, decorators.task = decorator([]), decorator(TASKS)
    exceptions.AirflowException, exceptions.AirflowFailException = AirflowException, AirflowFailException
    sys.modules.update({"airflow": airflow, "airflow.decorators": decorators, "airflow.exceptions": exceptions})
else:
    sys.exit("Airflow is installed here: use `airflow dags test` instead")

spec = importlib.util.spec_from_file_location("recipe", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
[(function, settings)] = TASKS
try:
    function()
    print("success")
except AirflowFailException as error:
    print(error, file=sys.stderr)
    print("failed")
except AirflowException as error:
    print(error, file=sys.stderr)
    print("up_for_retry" if settings["retries"] > 0 else "failed")

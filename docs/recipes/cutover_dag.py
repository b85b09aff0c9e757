"""A nightly comparison in Airflow 2.4 or later, 3 included. To the dags folder; `cutover` must be on the workers' PATH.

The workers' environment holds OLD_URL, NEW_URL and, to be told, CUTOVER_NOTIFY. CUTOVER_HOME (default /opt/cutover) holds
checks/, and reports/ is kept there. CUTOVER_CHECKS says how many checks there must be.
"""

import os
import subprocess
from datetime import datetime, timedelta, timezone

try:
    from airflow.sdk import dag, task
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
except ImportError:
    from airflow.decorators import dag, task
    from airflow.exceptions import AirflowException, AirflowFailException

MEANING = {
    1: "old and new differ",
    2: "something could not be compared, and has to be corrected first",
    75: "something could not be compared, and another run may get further",
    130: "the run was stopped",
}


@dag(
    dag_id="cutover",
    schedule="17 3 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    tags=["cutover"],
)
def cutover():
    @task(retries=2, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=2, minutes=10))
    def compare():
        home = os.environ.get("CUTOVER_HOME", "/opt/cutover")
        arguments = ["--expect-checks", os.environ["CUTOVER_CHECKS"], "--deadline", "2h", "--no-color"]
        arguments += ["--reports", "reports", "--keep", "30", "--retryable-exit", "75"]
        run = subprocess.Popen(["cutover", "run", "checks/", *arguments], cwd=home)
        try:
            code = run.wait()
        finally:
            # A task that is cleared or late: what was found is written, and the queries are cancelled.
            if run.poll() is None:
                run.terminate()
                run.wait(timeout=60)
        if code == 0:
            return
        said = f"cutover: {MEANING.get(code, 'it crashed')} (exit code {code}); the log above and {home}/reports say what"
        # Differences and mistakes do not go away by asking again; a database that did not answer may.
        raise (AirflowFailException if code in (1, 2) else AirflowException)(said)

    compare()


cutover()

//! Answers of any size, queries that are given up, and what is said of those that fail.

use std::time::Instant;

use super::*;

/// Catches a query that goes on when nobody waits for it, and a server that is busy with it afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_stops() {
    let engine = engine();
    ask(engine.as_ref(), "SELECT 1 AS v").await.unwrap();
    let endless = "SELECT count(*) AS c FROM range(100000000) AS a JOIN range(1000000) AS b ON a.id * b.id % 7 = 3";
    let (started, stop) = (Instant::now(), CancellationToken::default());
    let error = query(engine.as_ref(), endless, Duration::from_millis(1500), &stop).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    // Both cores of the server were busy with it.
    let started = Instant::now();
    assert!(ask(engine.as_ref(), "SELECT count(*) AS v FROM range(1000)").await.is_ok());
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

/// Catches an answer of several batches of which one is lost or read twice.
#[tokio::test(flavor = "multi_thread")]
async fn every_batch_is_read() {
    let engine = engine();
    let ticket = cutover::source::QueryHandle::default();
    let mut reader = engine.reader(LIMIT, &ticket).await.unwrap();
    for rows in [0_i128, 300_000] {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<cutover::frame::Frame>(1);
        let sql = format!("SELECT id, repeat('x', 20) AS t FROM range({rows})");
        let summed = async {
            let (mut sum, mut height, mut batches) = (0, 0, 0);
            while let Some(frame) = receiver.recv().await {
                (height, batches) = (height + frame.height(), batches + 1);
                for value in frame.values("id") {
                    let Value::Integer(id) = value else { panic!("{value:?}") };
                    sum += id;
                }
            }
            (sum, height, batches)
        };
        let (read, (sum, height, batches)) = tokio::join!(reader.read(&sql, sender), summed);
        read.unwrap();
        assert_eq!((sum, i128::try_from(height).unwrap()), (rows * (rows - 1) / 2, rows));
        assert!(batches > if rows > 0 { 2 } else { 0 }, "{batches}");
    }
}

/// Catches a sum that wraps, a cast that gives NULL, and an error that says less than Spark does.
#[tokio::test(flavor = "multi_thread")]
async fn what_spark_would_pass_over_is_an_error() {
    let engine = engine();
    for (sql, told) in [
        ("SELECT sum(id + 9223372036854775800) AS v FROM range(9)", "overflow"),
        ("SELECT CAST('x' AS INT) AS v", "CAST_INVALID_INPUT"),
        ("SELECT 1 AS v, 2 AS v", "`v`"),
        ("SELECT * FROM absent", "TABLE_OR_VIEW_NOT_FOUND"),
        ("SELECT 1 +", "PARSE_SYNTAX_ERROR"),
        ("SELECT CASE WHEN id = 200000 THEN CAST('x' || id AS INT) END AS v FROM range(300000)", "CAST_INVALID_INPUT"),
    ] {
        let error = ask(engine.as_ref(), sql).await.unwrap_err();
        assert!(error.message.contains(told), "{sql}: {error}");
        assert!(!error.message.contains("== SQL") && !error.message.contains("+- "), "{sql}: {error}");
    }
    let lenient = with(&engine_url("CUTOVER_TEST_SPARK_URL"), &[("spark.sql.ansi.enabled", "false")], None);
    let answer = ask(lenient.as_ref(), "SELECT CAST('x' AS INT) AS v").await.unwrap();
    assert_eq!(answer.frame.values("v"), [Value::Null]);
}

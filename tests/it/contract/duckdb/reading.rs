//! Nothing but the file is read and nothing is written; a query that is given up stops.

use std::time::Instant;

use super::*;

/// Statements that write, reach out, or change what the next one may do; `FOLDER` is where they would leave a file.
const FORBIDDEN: [&str; 31] = [
    "SELECT 1 AS n; CREATE TABLE u (n INTEGER)",
    "CREATE TABLE u (n INTEGER)",
    "CREATE TEMP TABLE u AS SELECT 1 AS n",
    "INSERT INTO t VALUES (2) RETURNING id",
    "DELETE FROM t RETURNING id",
    "COPY t TO 'FOLDER/made.csv'",
    "COPY (SELECT 1) TO 'FOLDER/made.parquet'",
    "EXPORT DATABASE 'FOLDER/made'",
    "ATTACH 'FOLDER/made.duckdb' AS o",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA enable_profiling",
    "SET enable_external_access = true",
    "SELECT 1 AS n; SET lock_configuration = false",
    "CHECKPOINT",
    "CALL pragma_version()",
    "SELECT * FROM read_csv('FOLDER/beside.csv')",
    "SELECT * FROM 'FOLDER/beside.csv'",
    "SELECT content FROM read_text('FOLDER/beside.csv')",
    "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'FOLDER/made')",
    "SELECT * FROM \"Enable_Logging\" /* */ (storage = 'file', storage_path = 'FOLDER/made')",
    "FROM query('SELECT * FROM enable_logging()')",
    "FROM force_checkpoint()",
    "FROM enable_logging\u{a0}('QueryLog', storage = 'file', storage_path = 'FOLDER/made')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM enable_logging()'))",
    "WITH x AS (INSERT INTO t VALUES (2) RETURNING id) FROM x",
    "SELECT nextval('s')",
    "SELECT * FROM glob('FOLDER/*')",
    "SELECT * FROM read_blob('FOLDER/beside.csv')",
    "SELECT * FROM parquet_metadata('FOLDER/beside.csv')",
    "SELECT write_log('x')",
];

/// Catches a query that leaves anything, or reads what is not in the database.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_file_is_read_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    make(&path, &["CREATE TABLE t AS SELECT 1 AS id", "CREATE SEQUENCE s"]);
    std::fs::write(folder.path().join("beside.csv"), "n\n1\n").unwrap();
    let held = || {
        let files = folder.path().read_dir().unwrap().map(|one| one.unwrap().path());
        let mut files: Vec<_> = files.map(|path| (std::fs::read(&path).ok(), path)).collect();
        files.sort();
        files
    };
    let (before, engine, stop) = (held(), engine(&path), CancellationToken::default());
    for sql in FORBIDDEN {
        let sql = sql.replace("FOLDER", folder.path().to_str().unwrap());
        assert!(query(engine.as_ref(), &sql, LIMIT, &stop).await.is_err(), "{sql}");
        assert!(held() == before, "{sql}");
    }
    let rows = query(engine.as_ref(), "FROM t;", LIMIT, &stop).await.unwrap();
    assert_eq!(rows.frame.height(), 1);
    // An account that may only read the folder is enough.
    assert!(held() == before);
}

/// Catches a function of this version that does more than give rows and that nobody looked at: those of tables, as DuckDB
/// lists them, are known.
#[tokio::test(flavor = "multi_thread")]
async fn functions_that_act_are_refused_by_name() {
    let (_folder, engine) = empty();
    let sql =
        "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type = 'table' ORDER BY name";
    let stop = CancellationToken::default();
    let answer = query(engine.as_ref(), sql, LIMIT, &stop).await.unwrap();
    let mut taken = Vec::new();
    for name in answer.frame.values("name") {
        let Value::Text(name) = name else { panic!("{name:?}") };
        let refused = query(engine.as_ref(), &format!("FROM {name}()"), LIMIT, &stop).await.err();
        if !refused.is_some_and(|error| error.message.contains("does more than read")) {
            taken.push(name);
        }
    }
    // What each of these does was looked at: they read the catalogue, their arguments, or files, which are out of reach.
    let reads = [
        "check_peg_parser",
        "duckdb_",
        "generate_series",
        "glob",
        "icu_calendar_names",
        "json_each",
        "json_tree",
        "parquet_",
        "pg_timezone_names",
        "pragma_",
        "query_table",
        "range",
        "read_",
        "repeat",
        "seq_scan",
        "sniff_csv",
        "sql_auto_complete",
        "summary",
        "test_",
        "unnest",
        "which_secret",
    ];
    taken.retain(|name| !reads.iter().any(|known| name.starts_with(known)));
    assert!(taken.is_empty(), "look at what these do: {taken:?}");
}

/// Catches changes that stand beside the file, in its log, and are not read.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_log_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    make(
        &path,
        &[
            "CREATE TABLE t AS SELECT 1 AS id",
            "CHECKPOINT",
            "PRAGMA disable_checkpoint_on_shutdown",
            "SET checkpoint_threshold = '1TB'",
            "INSERT INTO t VALUES (2)",
        ],
    );
    let log = folder.path().join("a.duckdb.wal");
    let before = [std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap()];
    let answer = query(engine(&path).as_ref(), "FROM t", LIMIT, &CancellationToken::default()).await.unwrap();
    assert_eq!(answer.frame.height(), 2);
    assert!(before == [std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap()]);
}

/// Catches a file that another process writes to while it is read, and one that is opened twice, where closing it once gives
/// the lock up.
#[tokio::test(flavor = "multi_thread")]
async fn one_file_is_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    make(&path, &["CREATE TABLE t AS SELECT 1 AS id"]);
    let stop = CancellationToken::default();
    let (first, second) = (engine(&path), engine(&path));
    for engine in [&first, &second] {
        query(engine.as_ref(), "FROM t", LIMIT, &stop).await.unwrap();
    }
    let other = with(&path, &[("threads", "1")]).unwrap();
    let refused = query(other.as_ref(), "FROM t", LIMIT, &stop).await.unwrap_err();
    assert!(refused.message.contains("open already with other settings"), "{refused}");
    drop(first);
    let written = std::process::Command::new("python3")
        .args(["-c", "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(!written.status.success(), "another process may write to it");
    assert!(String::from_utf8_lossy(&written.stderr).contains("BlockingIOError"), "{written:?}");
    query(second.as_ref(), "FROM t", LIMIT, &stop).await.unwrap();
}

/// Catches a setting that opens more than the suite says, and one that is taken and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_suite_may_open_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    make(&path, &["CREATE TABLE t AS SELECT 1 AS id"]);
    std::fs::write(folder.path().join("beside.csv"), "n\n1\n").unwrap();
    let refused = with(&path, &[("custom_user_agent", "x")]).err().unwrap();
    assert!(refused.message.contains("`settings.custom_user_agent` is none"), "{refused}");
    let open = with(&path, &[("enable_external_access", "true")]).unwrap();
    let stop = CancellationToken::default();
    let beside = format!("SELECT n FROM read_csv('{}')", folder.path().join("beside.csv").display());
    assert_eq!(query(open.as_ref(), &beside, LIMIT, &stop).await.unwrap().frame.values("n"), [Value::Integer(1)]);
    let copy = format!("COPY t TO '{}'", folder.path().join("made.csv").display());
    assert!(query(open.as_ref(), &copy, LIMIT, &stop).await.is_err());
    assert!(!folder.path().join("made.csv").exists());
}

/// Catches a query that goes on when nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_stops() {
    let (_folder, engine) = empty();
    let endless = "SELECT count(*) AS c FROM range(1000000000) AS a(i), range(1000000000) AS b(j) WHERE i * j % 7 = 3";
    let (started, stop) = (Instant::now(), CancellationToken::default());
    let error = query(engine.as_ref(), endless, Duration::from_millis(300), &stop).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert!(started.elapsed() < Duration::from_secs(6));
    assert!(query(engine.as_ref(), "SELECT 1 AS v", LIMIT, &stop).await.is_ok());
}

/// Catches two databases that go on in the files of each other, where both need more memory than they may have.
#[tokio::test(flavor = "multi_thread")]
async fn each_database_has_temporary_files_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().display().to_string();
    let mut folders = Vec::new();
    let given = [("temp_directory", base.as_str())];
    for (name, settings) in [("a", &[][..]), ("b", &[]), ("c", &given), ("d", &given)] {
        let path = folder.path().join(name);
        make(&path, &["CREATE TABLE t (id INTEGER)"]);
        let engine = with(&path, settings).unwrap();
        let sql = "SELECT current_setting('temp_directory') AS v";
        let answer = query(engine.as_ref(), sql, LIMIT, &CancellationToken::default()).await.unwrap();
        let [Value::Text(told)] = &answer.frame.values("v")[..] else { panic!("{:?}", answer.frame) };
        assert!(settings.is_empty() || told.starts_with(&base), "{told}");
        assert!(!folders.contains(told), "{told}");
        folders.push(told.clone());
    }
}

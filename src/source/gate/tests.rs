//! What passes and what does not, by text alone; `tests/it/statements` sends both to the engines.

use super::*;

use crate::source::{DRIVERS, driver};

fn admits(engine: &str, sql: &str) -> Result<(), Refused> {
    super::admits(driver(engine).unwrap().dialect, sql)
}

fn refused(engine: &str, sql: &str) -> String {
    match admits(engine, sql) {
        Ok(()) => panic!("{engine} was given {sql}"),
        Err(why) => why.message,
    }
}

/// Catches honest queries that are turned away.
#[test]
fn queries_pass() {
    for engine in DRIVERS.map(|driver| driver.name) {
        for sql in [
            "SELECT 1",
            "select 1;",
            "SELECT 1 -- the end\n;\n; -- done",
            "/* a ; b */ (SELECT 1)",
            "((SELECT 1) UNION ALL (SELECT 2))",
            "WITH a AS (SELECT 1 AS n), b AS (SELECT 2) SELECT * FROM a",
            "WITH insert_log AS (SELECT 1) (SELECT * FROM insert_log)",
            "SELECT ';', 'INTO OUTFILE', \"into\", t.\"update\" FROM t -- INSERT INTO\n",
            "SELECT replace(a, 'x', 'y'), (replace(a, 'x', 'y')) FROM t",
            "SELECT updated, deleted, inserted_into FROM t WHERE (updated IS NOT NULL)",
        ] {
            assert_eq!(admits(engine, sql), Ok(()), "{engine:?}: {sql}");
        }
    }
    for sql in [
        "FROM t SELECT into",
        "WITH 1 AS x, (SELECT 2) AS insert SELECT x, insert",
        "SELECT 1 SETTINGS max_threads = 1",
    ] {
        assert_eq!(admits("clickhouse", sql), Ok(()), "{sql}");
    }
    for sql in ["TABLE t", "VALUES (1)", "SELECT 1 AS into", "SELECT substring(a FOR 3) FROM t"] {
        assert_eq!(admits("postgres", sql), Ok(()), "{sql}");
    }
    for engine in ["postgres", "mysql", "duckdb", "spark"] {
        for sql in ["WITH a (n) AS (SELECT 1) TABLE a", "(WITH a AS (SELECT 1) VALUES (1))"] {
            assert_eq!(admits(engine, sql), Ok(()), "{engine}: {sql}");
        }
    }
    assert_eq!(admits("duckdb", "WITH a AS (SELECT 1) FROM a"), Ok(()));
    assert_eq!(admits("mysql", r"SELECT 'it\'s'"), Ok(()), "in the usual mode");
    assert_eq!(admits("mysql", r"SELECT 'a\'"), Ok(()), "under NO_BACKSLASH_ESCAPES");
}

/// Catches a setting of a query's own that cuts both sides alike, wherever it stands, and one that may stand there.
#[test]
fn settings_that_cut_answers_are_refused() {
    for sql in [
        "SELECT id FROM t SETTINGS limit = 2",
        "SELECT id FROM t SETTINGS max_threads = 1, offset = 3",
        "SELECT id FROM t settings additional_table_filters = {'t': 'id < 3'}",
        "SELECT * FROM (SELECT id FROM t ORDER BY id SETTINGS max_threads = 1, limit = 2) AS x",
        "WITH x AS (SELECT 1 SETTINGS `limit`=1) SELECT * FROM x FORMAT CSV",
        "SELECT id FROM t SETTINGS read_overflow_mode = 'break', max_rows_to_read = 10",
    ] {
        assert!(refused("clickhouse", sql).contains("in every query, and was not sent"), "{sql}");
    }
    for sql in [
        "SELECT id FROM t SETTINGS final = 1, join_use_nulls = 1",
        "SELECT id FROM t SETTINGS use_query_cache = 0",
        "SELECT settings AS limit FROM t WHERE settings = 1 AND limit = 2 LIMIT 3",
        "SELECT id FROM t SETTINGS max_threads = 1 UNION ALL SELECT limit = 2, offset = 1 FROM t",
    ] {
        assert_eq!(admits("clickhouse", sql), Ok(()), "{sql}");
    }
    assert_eq!(admits("postgres", "SELECT settings FROM t WHERE a = settings"), Ok(()));
    assert!(refused("files", "FROM t SELECT id").contains("begins with FROM"));
}

/// Catches a second statement behind anything that hides it from a careless reader.
#[test]
fn a_second_statement_is_refused() {
    for engine in DRIVERS.map(|driver| driver.name) {
        for sql in
            ["SELECT 1; COMMIT", "SELECT ';';SELECT 2", "SELECT 1 /* ; */ ; /* */ DELETE FROM t", "SELECT 1;;SELECT 2"]
        {
            assert!(refused(engine, sql).contains("more than one statement"), "{engine:?}: {sql}");
        }
    }
    assert!(refused("postgres", r"SELECT '\'; COMMIT; --'").contains("more than one statement"));
    assert!(refused("clickhouse", "SELECT a$b$; SELECT '$b$'").contains("more than one statement"));
    let [backslash, _, plain, _] = driver("mysql").unwrap().dialect.lexers() else { panic!("four modes") };
    let hidden = r"SELECT '\'; COMMIT; --'";
    assert!(ReadQuery::check(backslash, hidden).is_ok(), "one text");
    assert!(ReadQuery::check(plain, hidden).is_err(), "a text, and two statements");
}

/// Catches a procedure of the statement's own, which Snowflake calls, and what else may stand behind a WITH.
#[test]
fn a_with_that_ends_in_no_query_is_refused() {
    let called = "WITH p AS PROCEDURE () RETURNS TABLE (n INT) LANGUAGE SQL AS $$ BEGIN DELETE FROM t; END $$ CALL p()";
    assert!(refused("snowflake", called).contains("no SELECT behind its WITH"));
    for engine in DRIVERS.map(|driver| driver.name) {
        for sql in ["WITH a AS (SELECT 1) CALL p()", "WITH a AS (SELECT 1) EXECUTE p", "WITH a AS (SELECT 1)", "WITH a"]
        {
            assert!(refused(engine, sql).contains("no SELECT behind its WITH"), "{engine}: {sql}");
        }
    }
}

/// Catches a statement that is no query.
#[test]
fn other_statements_are_refused_by_their_first_word() {
    let first = [
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "MERGE INTO t USING s ON 1 = 1",
        "REPLACE INTO t VALUES (1)",
        "CREATE TABLE t (n int)",
        "DROP TABLE t",
        "ALTER TABLE t ADD n int",
        "TRUNCATE t",
        "COPY t TO STDOUT",
        "DO $x$ x $x$",
        "CALL p()",
        "SET TRANSACTION READ WRITE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "LOAD DATA INFILE 'x' INTO TABLE t",
        "HANDLER t OPEN",
        "CHECK TABLE t",
        "PRAGMA user_version = 1",
        "ATTACH 'x' AS y",
        "VACUUM INTO 'x'",
        "EXPLAIN ANALYZE DELETE FROM t",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "LOCK TABLE t",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
        "OPTIMIZE TABLE t",
        "GRANT ALL ON t TO u",
        "REFRESH MATERIALIZED VIEW v",
        "LISTEN x",
        "USE other",
        "( INSERT INTO t VALUES (1) )",
    ];
    for engine in DRIVERS.map(|driver| driver.name) {
        for sql in first {
            let why = refused(engine, sql);
            assert!(why.contains("was not sent") || why.contains("dollar"), "{engine:?}: {sql}: {why}");
        }
        assert!(refused(engine, " -- nothing\n;").contains("empty"), "{engine:?}");
        assert!(refused(engine, "'SELECT'").contains("does not begin as a query"), "{engine:?}");
        for sql in ["SELECT (1", "SELECT 1)", "SELECT 1) UNION ALL (SELECT 2"] {
            assert!(refused(engine, sql).contains("parenthesis"), "{engine:?}: {sql}");
        }
    }
}

/// Catches what begins as a query and writes or locks all the same.
#[test]
fn what_a_query_writes_on_the_way_is_refused() {
    let everywhere = [
        "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "WITH x AS (SELECT 1) UPDATE t SET a = 1",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING n) SELECT * FROM x",
        "WITH x AS (DELETE FROM t RETURNING n) SELECT * FROM x",
        "WITH x AS (UPDATE t SET a = 1 RETURNING n) SELECT * FROM x",
        "WITH x AS MATERIALIZED (MERGE INTO t USING s ON 1 = 1 RETURNING 1) SELECT * FROM x",
        "SELECT 1 INTO OUTFILE 'x'",
        "SELECT 1 into/**/outfile 'x'",
        "SELECT t.as INTO OUTFILE 'x' FROM t",
        "SELECT 1 AS as INTO DUMPFILE 'x'",
        "WITH insert AS (SELECT 1) INSERT INTO t SELECT 1",
    ];
    for engine in DRIVERS.map(|driver| driver.name) {
        for sql in everywhere {
            assert!(refused(engine, sql).contains("was not sent"), "{engine:?}: {sql}");
        }
    }
    for sql in
        ["WITH 1 AS x INSERT INTO FUNCTION file('x', 'CSV', 'a Int8') SELECT x", "SELECT 1 FORMAT CSV INTO OUTFILE 'x'"]
    {
        assert!(refused("clickhouse", sql).contains("was not sent"), "{sql}");
    }
    let totals = "SELECT a, count() FROM t GROUP BY a WITH TOTALS ORDER BY a";
    for sql in [totals, &format!("({totals})"), &format!("WITH x AS (SELECT 1) {totals}")] {
        assert!(refused("clickhouse", sql).contains("UNION ALL"), "{sql}");
    }
    for sql in [
        "SELECT 1 INTO DUMPFILE 'x'",
        "SELECT @as INTO OUTFILE 'x'",
        "SELECT @x. INTO OUTFILE 'x'",
        "SELECT 1INTO @a",
        "SELECT a FROM t LOCK IN SHARE MODE",
        "SELECT a FROM t FOR UPDATE SKIP LOCKED",
    ] {
        assert!(refused("mysql", sql).contains("was not sent"), "{sql}");
    }
    for sql in [
        "SELECT 1 AS n INTO t",
        "SELECT n FROM t FOR NO KEY UPDATE",
        "SELECT n FROM t FOR KEY SHARE",
        "TABLE t FOR SHARE",
    ] {
        assert!(refused("postgres", sql).contains("was not sent"), "{sql}");
    }
}

/// Catches a call that is hidden by letters, quotes, blanks or a schema, and a column of that name that is turned away.
#[test]
fn functions_that_act_are_refused_where_an_engine_has_them() {
    for sql in [
        "SELECT * FROM enable_logging('x')",
        "FROM system.main.\"Enable_Logging\" /* x */ ()",
        "FROM enable_logging\u{a0}()",
        "SELECT * FROM t, LATERAL (FROM query('SELECT 1'))",
        "SELECT write_log('x')",
    ] {
        assert!(refused("duckdb", sql).contains("does more than read"), "{sql}");
    }
    for sql in [
        "SELECT reflect('java.lang.System', 'exit', 1)",
        "SELECT `Reflect` /* x */ ('java.lang.System', 'exit', 1)",
        "SELECT system.builtin.java_method('java.lang.System', 'exit', 1)",
    ] {
        assert!(refused("spark", sql).contains("does more than read"), "{sql}");
    }
    for sql in
        ["FROM t INSERT OVERWRITE TABLE u SELECT 1", "WITH w AS (SELECT 1) FROM w INSERT OVERWRITE TABLE u SELECT 1"]
    {
        assert!(refused("spark", sql).contains("was not sent"), "{sql}");
    }
    assert_eq!(admits("spark", "SELECT transform(a, x -> x + 1), reflect FROM t"), Ok(()));
    for sql in ["SELECT * FROM TABLE(GETNEXTVAL(s))", "SELECT * FROM TABLE(TO_QUERY('SELECT 1'))"] {
        assert!(refused("snowflake", sql).contains("does more than read"), "{sql}");
    }
    for sql in ["CALL p()", "SHOW TABLES", "EXECUTE IMMEDIATE 'DROP TABLE t'", "BEGIN", "DELETE FROM t"] {
        assert!(refused("snowflake", sql).contains("was not sent"), "{sql}");
    }
    for sql in ["SELECT * FROM EXTERNAL_QUERY('c', 'DELETE FROM t')", "SELECT * FROM `external_query`('c', 'x')"] {
        assert!(refused("bigquery", sql).contains("does more than read"), "{sql}");
    }
    for sql in ["EXPORT DATA OPTIONS() AS SELECT 1", "CALL p()", "BEGIN", "FROM t |> SELECT a", "VALUES (1)"] {
        assert!(refused("bigquery", sql).contains("sent") || refused("bigquery", sql).contains("taken apart"), "{sql}");
    }
    assert_eq!(admits("postgres", "SELECT query(1)"), Ok(()), "a function of the database");
    for sql in
        ["SELECT query, checkpoint FROM logs", "SELECT count(query) FROM logs", "FROM t SELECT \"query\", 'query(1)'"]
    {
        assert_eq!(admits("duckdb", sql), Ok(()), "{sql}");
    }
}

#[test]
fn what_follows_the_semicolon_is_left_away() {
    for engine in DRIVERS.map(|driver| driver.name) {
        assert_eq!(statement(driver(engine).unwrap().dialect, "SELECT ';' -- a\n; -- b"), "SELECT ';' -- a\n");
        assert_eq!(statement(driver(engine).unwrap().dialect, "SELECT 1 -- ;"), "SELECT 1 -- ;");
    }
}

#[test]
fn a_script_is_its_statements() {
    for engine in DRIVERS.map(|driver| driver.name) {
        let script = "CREATE TABLE a (x text DEFAULT ';'); -- done;\n\n;INSERT INTO a VALUES (';');\n-- end";
        let found: Vec<&str> = statements(driver(engine).unwrap().dialect, script).into_iter().map(str::trim).collect();
        assert_eq!(found.len(), 2, "{engine:?}: {found:?}");
        assert_eq!(found[1], "-- done;\n\n;INSERT INTO a VALUES (';')".trim_start_matches("-- done;\n\n;"));
    }
}

//! What cannot be repaired, and what is left out of a file that is written all the same.

use super::{cutover, said};

/// Two SQLite files whose tables differ in row 1, miss 2 and have 3 in excess.
fn pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, sql: &str| {
        rusqlite::Connection::open(folder.path().join(name)).unwrap().execute_batch(sql).unwrap();
    };
    make(
        "old.db",
        "CREATE TABLE t (id INTEGER, v TEXT, w TEXT); INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'x'), (5, 'e', 'x')",
    );
    make(
        "new.db",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT); INSERT INTO t VALUES (1, 'z', 'x'), (3, 'c', 'x'), (5, 'e', 'x')",
    );
    folder
}

/// Runs a check on them.
fn run(folder: &tempfile::TempDir, check: &str, args: &[&str]) -> (Option<i32>, String) {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:old.db\"\n[sources.new]\nurl = \"sqlite:new.db\"\n[checks.c]\nkind = \"rows\"\n\
         key = \"id\"\nold = \"SELECT id, v FROM t\"\n{check}\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let _ = std::fs::remove_file(folder.path().join("out.sql"));
    said(&cutover(folder.path(), &[&["run", "suite.toml", "--no-history", "--repair", "out.sql"], args].concat()))
}

/// Catches a file that would not make new equal to old, or show what is masked, and is written without a word.
#[test]
fn what_is_not_whole_is_refused() {
    let folder = pair();
    let plain = "new = \"SELECT id, v FROM t\"";
    for (check, args, why) in [
        ("new = \"SELECT id, min(v) AS v FROM t GROUP BY id\"", &[][..], "groups rows"),
        ("new = \"SELECT id, upper(v) AS v FROM t\"", &[], "the query of new computes `v`"),
        (
            "new = \"SELECT id, w AS v, v AS w FROM t\"\ncolumns.w = { ignore = \"x\" }",
            &[],
            "the query of new takes `v` from `w`, and calls another column `w`",
        ),
        (
            "new = \"SELECT id, rowid AS v FROM t\"\ncolumns.v = { type = \"text\" }",
            &[],
            "takes `v` from rowid, which is no column of t",
        ),
        ("new = \"SELECT a.id, a.v FROM t a JOIN t b ON a.id = b.id\"", &[], "joins tables"),
        (
            "new = \"SELECT id, v FROM t WHERE id IN (SELECT id FROM t)\"",
            &[],
            "picks rows by a subquery, so a row that is added",
        ),
        ("new = \"SELECT id, v FROM t WHERE id < abs(random())\"", &[], "picks rows by what is another each time"),
        ("new = \"SELECT id, v FROM t WHERE w = 'x'\"", &[], "new is cut down by `w`, which the check does not have"),
        (
            "new = \"SELECT id, v, v || '' AS w FROM t WHERE w = 'x'\"\ncolumns.w = { ignore = \"x\" }",
            &[],
            "also what it calls another",
        ),
        (&format!("{plain}\nmask = [\"v\"]"), &[], "it masks columns"),
        (&format!("{plain}\nsample = \"50%\""), &[], "only 50% of its keys were examined"),
        (&format!("{plain}\nexpect = {{ missing = 1 }}"), &[], "by design"),
        (
            plain,
            &["--max-differences", "2"],
            "1 difference left out, because there are more than the 2 of --max-differences",
        ),
    ] {
        let (code, told) = run(&folder, check, args);
        assert_eq!(code, Some(2), "{check}: {told}");
        assert!(told.contains(why) && told.contains("out.sql is not written"), "{check}: {told}");
        assert!(!folder.path().join("out.sql").exists(), "{check}");
        let (code, told) = run(&folder, check, &[args, &["--partial"]].concat());
        assert_eq!(code, Some(1), "{check}: {told}");
        let text = std::fs::read_to_string(folder.path().join("out.sql")).unwrap();
        assert!(text.contains("-- NOT REPAIRED: s.c: ") && text.contains(why), "{check}: {text}");
        assert!(!text.contains("masked:"), "{text}");
    }
}

/// Catches a table that is named and not taken, one whose rows are not told by the key, and a name that means no check.
#[test]
fn a_table_that_is_named_is_repaired() {
    let folder = pair();
    let open = || rusqlite::Connection::open(folder.path().join("new.db")).unwrap();
    let joined = "new = \"SELECT a.id, a.v FROM t a JOIN t b ON a.id = b.id\"";
    open().execute_batch("CREATE TABLE k AS SELECT * FROM t; CREATE UNIQUE INDEX some ON k (id) WHERE id < 9").unwrap();
    let (code, told) = run(&folder, joined, &["--repair-table", "s.c=k"]);
    assert_eq!((code, told.contains("its key is no unique key of k, which has none")), (Some(2), true), "{told}");
    let (code, told) = run(&folder, joined, &["--repair-table", "s.c=t"]);
    assert_eq!(code, Some(1), "{told}");
    let text = std::fs::read_to_string(folder.path().join("out.sql")).unwrap();
    open().execute_batch(&text).unwrap();
    assert_eq!(run(&folder, joined, &["--repair-table", "t"]).0, Some(0), "{text}");
    let (code, told) = run(&folder, joined, &["--repair-table", "s.other=t"]);
    assert_eq!((code, told.contains("no check `s.other` is selected")), (Some(2), true), "{told}");
    let (code, told) = run(&folder, joined, &["--repair-table", "s.c=gone"]);
    assert_eq!((code, told.contains("new has no table gone")), (Some(0), false), "nothing differs any more: {told}");
}

/// Catches a row that the query of a table that was named leaves out, and that is passed over as if it were there.
#[test]
fn what_no_condition_says_fails_where_a_key_stands() {
    let folder = pair();
    let connection = rusqlite::Connection::open(folder.path().join("new.db")).unwrap();
    connection.execute_batch("INSERT INTO t VALUES (2, 'x', 'y')").unwrap();
    let joined = "new = \"SELECT a.id, a.v FROM t a JOIN t b ON a.id = b.id AND b.w = 'x'\"";
    let (code, told) = run(&folder, joined, &["--repair-table", "t"]);
    assert_eq!(code, Some(1), "{told}");
    let text = std::fs::read_to_string(folder.path().join("out.sql")).unwrap();
    let failed = connection.execute_batch(&text).unwrap_err().to_string();
    assert!(failed.contains("UNIQUE"), "{failed}\n{text}");
    connection.execute_batch("ROLLBACK").unwrap();
    let expected = [(1, "z"), (2, "x"), (3, "c"), (5, "e")].map(|(id, v)| (id, v.to_owned()));
    assert_eq!(rows_of(&connection, "SELECT id, v FROM t ORDER BY id"), expected);
}

/// Catches a key that stands twice, or that holds NULL, and of which rows are changed.
#[test]
fn rows_whose_key_tells_no_row_are_left_out() {
    let folder = pair();
    let old = rusqlite::Connection::open(folder.path().join("old.db")).unwrap();
    old.execute_batch("INSERT INTO t VALUES (5, 'f', 'x'), (NULL, 'n', 'x')").unwrap();
    let new = rusqlite::Connection::open(folder.path().join("new.db")).unwrap();
    // A primary key of SQLite that is no number of rows takes NULL, and more than once.
    let made = "CREATE TABLE k (id TEXT PRIMARY KEY, v TEXT, w TEXT); INSERT INTO k SELECT * FROM t; \
                INSERT INTO k VALUES (NULL, 'z', 'x'), (NULL, 'y', 'y')";
    new.execute_batch(made).unwrap();
    let check = "new = \"SELECT id, v FROM k WHERE w = 'x'\"\ncolumns.id = { type = { old = \"text\" } }";
    let (code, told) = run(&folder, check, &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("because their key stands more than once"), "{told}");
    assert!(told.contains("because their key has a NULL in `id`"), "{told}");
    let (_, told) = run(&folder, check, &["--partial"]);
    let text = std::fs::read_to_string(folder.path().join("out.sql")).unwrap_or_else(|_| panic!("{told}"));
    new.execute_batch(&text).unwrap();
    let expected = [(0, "y"), (0, "z"), (1, "a"), (5, "e")].map(|(id, v)| (id, v.to_owned()));
    let held = rows_of(&new, "SELECT CAST(coalesce(id, 0) AS INTEGER), v FROM k ORDER BY 1, 2");
    assert_eq!(held, expected, "{text}");
}

fn rows_of(connection: &rusqlite::Connection, sql: &str) -> Vec<(i64, String)> {
    let mut all = connection.prepare(sql).unwrap();
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// Catches waived differences that a repair undoes, files that are repaired, and a flag without its file.
#[test]
fn what_was_accepted_is_not_undone() {
    let folder = pair();
    let waivers = "[[waivers]]\ncheck = \"s.c\"\nkeys = [{ id = 2 }]\ndifferences = [\"missing\"]\nowner = \"o\"\nwhy = \"w\"\nuntil = 2099-01-01\n";
    std::fs::write(folder.path().join("waivers.toml"), waivers).unwrap();
    let (code, told) = run(&folder, "new = \"SELECT id, v FROM t\"", &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("1 difference of it are waived or known"), "{told}");

    std::fs::write(folder.path().join("new.csv"), "id,v\n1,z\n").unwrap();
    std::fs::write(folder.path().join("old.csv"), "id,v\n1,a\n").unwrap();
    let (code, told) =
        said(&cutover(folder.path(), &["diff", "old.csv", "new.csv", "--key", "id", "--repair", "f.sql"]));
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("is only read"), "{told}");
    let (code, told) = said(&cutover(folder.path(), &["diff", "old.csv", "new.csv", "--partial"]));
    assert_eq!((code, told.contains("--repair")), (Some(2), true), "{told}");
}

//! What a suite says of schemas: names, what is ignored, allowed, expected and waived, and mistakes.

use super::{apply, run};
use crate::cli::cutover;
use crate::waivers::{waiver, write};

const OLD: &str = "CREATE TABLE orders (id INTEGER PRIMARY KEY, note VARCHAR(10), legacy TEXT, at DATE);
                   CREATE INDEX a ON orders (note); CREATE TABLE lines (order_id INTEGER REFERENCES orders (id), n INT);";
const NEW: &str = "CREATE TABLE orders (at DATE, id INTEGER PRIMARY KEY, note VARCHAR(10), legacy TEXT);
                   CREATE INDEX b ON orders (note); CREATE TABLE lines (order_id INTEGER REFERENCES orders (id), n INT);";

async fn pair(new: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    apply("sqlite:old.db", folder.path(), OLD).await;
    apply("sqlite:new.db", folder.path(), new).await;
    folder
}

fn found(folder: &tempfile::TempDir, settings: &str) -> (Option<i32>, Vec<String>, String) {
    let ran = run(folder.path(), "sqlite:old.db", "sqlite:new.db", settings);
    (ran.code, ran.found(), ran.shown)
}

/// Catches an order that counts though nobody asked, one that does not though somebody did, and the name of an index that
/// counts.
#[tokio::test]
async fn names_of_indexes_never_count_and_the_order_of_columns_only_on_request() {
    let folder = pair(NEW).await;
    assert_eq!(found(&folder, "").0, Some(0), "{}", found(&folder, "").2);
    let (code, found, shown) = found(&folder, "order = true\n");
    let wanted = ["at", "id", "legacy", "note"].map(|name| format!("changed column {name} place"));
    assert_eq!((code, found), (Some(1), wanted.to_vec()), "{shown}");
}

/// Catches a renamed table whose columns, keys and references are looked for under the old name.
#[tokio::test]
async fn renamed_tables_and_columns_are_the_same() {
    let renamed = "CREATE TABLE purchases (number INTEGER PRIMARY KEY, remark VARCHAR(10), legacy TEXT, at DATE);
                   CREATE INDEX b ON purchases (remark);
                   CREATE TABLE lines (purchase INTEGER REFERENCES purchases (number), n INT);";
    let folder = pair(renamed).await;
    let names = "rename = { orders = \"purchases\", \"orders.id\" = \"number\", \"orders.note\" = \"remark\", \"lines.order_id\" = \"purchase\" }\n";
    let (code, differing, shown) = found(&folder, names);
    assert_eq!((code, differing.len()), (Some(0), 0), "{shown}");
    let (code, differing, shown) = found(&folder, "");
    assert_eq!(code, Some(1), "{shown}");
    let tables = ["extra table", "missing table"].map(str::to_owned);
    assert!(tables.iter().all(|table| differing.contains(table)), "{differing:?}");
    assert!(!differing.iter().any(|one| one.contains("legacy")), "a lost table is one finding: {differing:?}");
}

/// Catches something ignored that is not listed with its reason, a pattern that ignores more than it says, and a change of
/// type that is allowed though it is another.
#[tokio::test]
async fn what_is_ignored_or_allowed_is_said_and_nothing_else() {
    let changed = "CREATE TABLE orders (id INTEGER PRIMARY KEY, note VARCHAR(5), at TIMESTAMP);
                   CREATE TABLE lines (order_id INTEGER REFERENCES orders (id), n INT);";
    let folder = pair(changed).await;
    let all = ["changed column at type", "changed column note type", "missing column legacy", "missing index (note)"];
    assert_eq!(found(&folder, "").1, all);
    let cases = [
        ("ignore = { \"orders.legacy\" = \"dropped by design\" }\n", vec![0, 1, 3]),
        ("ignore = { \"orders:indexes\" = \"later\" }\n", vec![0, 1, 2]),
        ("ignore = { \"orders:index (note)\" = \"later\" }\n", vec![0, 1, 2]),
        ("ignore = { \"lines\" = \"later\" }\n", vec![0, 1, 2, 3]),
        ("allow = { \"orders.note\" = \"varchar → varchar\", \"orders.at\" = \"date -> timestamp\" }\n", vec![2, 3]),
        ("allow = { \"orders.note\" = \"VARCHAR(10) → varchar(5)\" }\n", vec![0, 2, 3]),
        ("allow = { \"orders.note\" = \"varchar(10) → varchar(4)\" }\n", vec![0, 1, 2, 3]),
        ("allow = { \"lines.n\" = \"varchar → varchar\" }\n", vec![0, 1, 2, 3]),
    ];
    for (settings, left) in cases {
        let left: Vec<String> = left.into_iter().map(|at: usize| all[at].to_owned()).collect();
        let (code, found, shown) = found(&folder, settings);
        assert_eq!((code, found), (Some(1), left), "{settings}{shown}");
    }
    let whole = "ignore = { \"orders*\" = \"rewritten\" }\n";
    let ran = run(folder.path(), "sqlite:old.db", "sqlite:new.db", whole);
    assert_eq!(ran.code, Some(0), "{}", ran.shown);
    let left_out = ["ignore orders*", "orders.legacy", "orders.note", "orders.at", "orders:index (note)"];
    let mut found = ran.left_out("ignore");
    found.sort_unstable();
    let mut wanted = left_out.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    let said = "rewritten (covers 7 items; of these differ, or were not asked: 4)";
    assert!(ran.check()["columns"].to_string().contains(said), "{}", ran.check());
    // The table of lines with its columns, and its key.
    assert_eq!(ran.check()["rows"]["equal"], "4", "what is left out is in no count: {}", ran.check());
}

/// Catches a name in a setting that means nothing and is taken in silence, one that means something and is not, and a pattern
/// that leaves nothing to compare.
#[tokio::test]
async fn names_of_nothing_are_mistakes() {
    let folder = pair(NEW).await;
    for (settings, said) in [
        ("ignore = { \"orders.legcy\" = \"x\" }", "`ignore.\"orders.legcy\"` names nothing"),
        ("ignore = { \"orders.legcy\" = \"x\" }", "did you mean `orders.legacy`?"),
        ("ignore = { \"orders:keyz\" = \"x\" }", "names nothing"),
        ("ignore = { \"order?\" = \"x\", \"z*\" = \"y\" }", "`ignore.\"z*\"` names nothing"),
        ("ignore = { \"orders:data\" = \"x\" }", "data are compared with `data = true` only"),
        ("allow = { \"orders.nothing\" = \"text → int\" }", "`allow.\"orders.nothing\"` names nothing"),
        ("rename = { \"orders.x\" = \"y\" }", "`rename.\"orders.x\"` names nothing"),
        ("rename = { parcels = \"boxes\" }", "`rename.\"parcels\"` names nothing"),
        ("tables = [\"orders\"]\nignore = { lines = \"x\" }", "`ignore.\"lines\"` names nothing"),
        ("ignore = { \"*\" = \"all\" }", "`ignore` leaves nothing to compare"),
        ("ignore = { \"*\" = \"all\" }\nallow_empty = true", "`ignore` leaves nothing to compare"),
    ] {
        let (code, _, shown) = found(&folder, &format!("{settings}\n"));
        assert!(code == Some(2) && shown.contains(said), "{settings}: {code:?} {shown}");
    }
    for settings in [
        "ignore = { \"*:unique keys\" = \"none so far\", \"orders.note:defaults\" = \"x\", \"lines:nullability\" = \"x\" }",
        "ignore = { \"orders:data\" = \"x\", \"orders.id:data\" = \"x\" }\ndata = true",
        "allow = { \"orders.id\" = \"text → int\" }",
        // What a foreign key is to, though it is not compared itself.
        "tables = [\"lines\"]\nrename = { \"orders.id\" = \"id\" }",
    ] {
        let (code, _, shown) = found(&folder, &format!("{settings}\n"));
        assert_eq!(code, Some(0), "{settings}: {shown}");
    }
    // What else is found stands beside the mistake.
    let folder = pair("CREATE TABLE orders (id INTEGER PRIMARY KEY, note VARCHAR(10), legacy TEXT, at DATE); CREATE INDEX a ON orders (note);").await;
    let (code, found, shown) = found(&folder, "ignore = { zzz = \"x\" }\n");
    assert_eq!((code, found), (Some(2), vec!["missing table".to_owned()]), "{shown}");
}

/// Catches a difference that `expect` or a waiver cannot name, and one that covers another value.
#[tokio::test]
async fn differences_are_expected_and_waived() {
    let changed = OLD.replace("note VARCHAR(10)", "note VARCHAR(5)");
    let folder = pair(&changed).await;
    assert_eq!(found(&folder, "expect = { changed = 1 }\n").0, Some(0));
    assert_eq!(found(&folder, "expect = { changed = 2 }\n").0, Some(1));
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    let pin = |new: &str| {
        format!(
            "values = [{{ key = {{ table = \"orders\", item = \"column note\" }}, column = \"type\", old = \"VARCHAR(10)\", new = \"{new}\" }}]"
        )
    };
    for (new, code) in [("VARCHAR(5)", 0), ("VARCHAR(4)", 1)] {
        write(folder.path(), "waivers.toml", &waiver("s.tables", &pin(new), later));
        let (found, _, shown) = found(&folder, "");
        assert_eq!(found, Some(code), "{shown}");
    }
}

/// Catches a check that compares nothing and passes, and a table that nobody has.
#[tokio::test]
async fn nothing_to_compare_is_an_error() {
    let folder = pair(NEW).await;
    let (code, _, shown) = found(&folder, "tables = [\"orders\", \"orderz\"]\n");
    assert!(code == Some(2) && shown.contains("`orderz`"), "{shown}");
    apply("sqlite:none.db", folder.path(), "SELECT 1").await;
    let ran = run(folder.path(), "sqlite:none.db", "sqlite:none.db", "");
    assert!(ran.code == Some(2) && ran.shown.contains("neither side has a table"), "{}", ran.shown);
    assert_eq!(run(folder.path(), "sqlite:none.db", "sqlite:none.db", "allow_empty = true\n").code, Some(0));
    let ran = run(folder.path(), "sqlite:old.db", "sqlite:none.db", "");
    assert_eq!(
        (ran.code, ran.found()),
        (Some(1), vec!["missing table".to_owned(), "missing table".to_owned()]),
        "{}",
        ran.shown
    );
}

/// Catches a setting that means nothing and is taken in silence.
#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("ignore = { \"a\" = \"\" }", "needs its reason"),
        ("ignore = { \"[\" = \"x\" }", "no pattern"),
        ("allow = { \"orders\" = \"a → b\" }", "no change of a column's type"),
        ("allow = { \"orders.note\" = \"varchar\" }", "no change of a column's type"),
        ("tables = []", "is empty"),
        ("tables = [\"a.b.c\"]", "no table's name"),
        ("key = \"id\"", "means nothing"),
        ("old = \"SELECT 1\"", "means nothing"),
        ("columns.a = { absolute = 1 }", "means nothing"),
        ("sources = { old = \"nowhere\" }", "no source `nowhere`"),
        (
            "mask = [\"default\", \"email\"]",
            "`mask` names `email`, of which a schema shows no value without `data = true`",
        ),
    ];
    for (line, said) in cases {
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"sqlite:o.db\"\n[sources.new]\nurl = \"sqlite:n.db\"\n[checks.c]\nkind = \"schema\"\n{line}\n"
        );
        write(folder.path(), "suite.toml", &suite);
        let output = cutover(folder.path()).args(["validate", "suite.toml"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(said), "{line}: {told}");
        for taken in ["mask = [\"default\", \"type\"]", "data = true\nmask = \"email\""] {
            write(folder.path(), "suite.toml", &suite.replace(line, taken));
            let output = cutover(folder.path()).args(["validate", "suite.toml"]).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{taken}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    write(
        folder.path(),
        "suite.toml",
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:o.db\"\n[sources.new]\nurl = \"sqlite:n.db\"\n[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT 1 AS id\"\nnew = \"SELECT 1 AS id\"\ntables = \"a\"\n",
    );
    let output = cutover(folder.path()).args(["validate", "suite.toml"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("`tables` means nothing for kind `rows`"));
}

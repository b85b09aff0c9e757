//! Where differing rows lie, from end to end.

use super::{diff, orders, sqlite};
use crate::packs::clickhouse;

/// Catches rows at the ends of pages whose keys do not tell them: of text, or numbers with gaps; and a place by keys that are masked.
#[tokio::test(flavor = "multi_thread")]
async fn rows_at_the_ends_of_pages_are_told_by_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let table = |id: &str, lost: &str| {
        format!(
            "CREATE TABLE t (id {id} PRIMARY KEY, v INTEGER);
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 5999)
             INSERT INTO t SELECT {}, i * 7919 % 1009 FROM n {lost};",
            if id == "TEXT" { "printf('%x-%06d', 10 + i / 1000, i * 3 + i % 7 / 3)" } else { "i * 11 + i * 31 % 10" }
        )
    };
    for (id, lost, told) in [
        (
            "TEXT",
            "WHERE i % 500 <> 499",
            "all 12 missing rows have a place by `id` that is the last of each 500, and none of 5,988 other rows",
        ),
        (
            "INTEGER",
            "WHERE i % 1000 <> 0",
            "all 6 missing rows have a place by `id` that is the first of each 1000, and none of 5,994 other rows",
        ),
    ] {
        let old = sqlite(folder.path(), &format!("{id}_old.db"), &table(id, "")).await;
        let new = sqlite(folder.path(), &format!("{id}_new.db"), &table(id, lost)).await;
        let (_, report) = diff(folder.path(), &old, &new, &["--table", "t", "--key", "id"]);
        let findings = report["checks"][0]["diagnosis"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0]["text"], told);
        assert_eq!(findings[0]["where"][0]["column"], "id");
        assert!(findings[0]["condition"].is_null());
        let (_, report) = diff(folder.path(), &old, &new, &["--table", "t", "--key", "id", "--mask", "id"]);
        assert!(!report.to_string().contains("page of"), "{report}");
    }
}

/// Catches rows of one day, one region or one range that are not told as such, or whose condition picks others.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_placed_by_what_they_share() {
    let folder = tempfile::tempdir().unwrap();
    let changes = "DELETE FROM orders WHERE at >= '2026-01-20' AND at < '2026-01-21';
        INSERT INTO orders SELECT id + 10000, 'zz', cents, note, at FROM orders WHERE id <= 60;
        UPDATE orders SET cents = cents * 1000 WHERE region = 'us';";
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(changes)).await;
    let (output, report) = diff(folder.path(), &old, &new, &["--table", "orders"]);
    assert_eq!(output.status.code(), Some(1));
    let check = &report["checks"][0];
    let findings = check["diagnosis"].as_array().unwrap();
    let find = |class: &str, code: &str| {
        let found = findings.iter().find(|finding| finding["class"] == class && finding["code"] == code);
        found.unwrap_or_else(|| panic!("{class} {code}: {findings:#?}"))
    };
    let missing = find("missing", "concentrated");
    assert_eq!((missing["covers"].as_str(), missing["of"].as_str()), (Some("24"), Some("24")), "{missing}");
    assert_eq!(missing["where"][0]["column"], "at", "{missing}");
    assert_eq!(missing["where"][0]["is"], "2026-01-20", "{missing}");
    assert_eq!(missing["same_rows"][0]["column"], "id", "{missing}");
    let extra = find("extra", "concentrated");
    assert_eq!(extra["where"], serde_json::json!([{ "column": "region", "is": "zz" }]), "{extra}");
    assert_eq!((extra["covers"].as_str(), extra["share_elsewhere"].as_str()), (Some("60"), Some("0.0000")), "{extra}");
    let changed = find("changed", "times");
    let told = (changed["parameter"].as_str(), changed["condition"].as_str());
    assert_eq!(told, (Some("1000"), Some("region = 'us'")), "{changed}");
    assert_eq!(check["undiagnosed"], "0");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("all 60 extra rows have `region` = zz, and none of"), "{said}");
    assert!(said.contains("only these: the same `cutover diff` with --where 'region = '"), "{said}");

    let (_, only) = diff(folder.path(), &old, &new, &["--table", "orders", "--where", "region = 'us'"]);
    assert_eq!(only["checks"][0]["rows"]["changed"], changed["covers"]);
    assert_eq!(only["checks"][0]["rows"]["extra"], "0");
}

/// Catches a report that is not the same for the same data: a draw or a name that depends on the order of rows or threads.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_data_are_told_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let changes =
        "DELETE FROM orders WHERE region = 'eu' AND id % 3 = 0; UPDATE orders SET note = upper(note) WHERE id > 1500;";
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(changes)).await;
    let told = |order: &str, more: &[&str]| {
        let query = format!("SELECT * FROM orders {order}");
        let arguments = ["--old-sql", "SELECT * FROM orders", "--new-sql", &query, "--key", "id"];
        let (output, report) = diff(folder.path(), &old, &new, &[&arguments, more].concat());
        let check = &report["checks"][0];
        let found = check["diagnosis"].as_array().map_or(0, Vec::len);
        assert!(found >= 2, "{}", String::from_utf8_lossy(&output.stderr));
        (check["diagnosis"].clone(), check["undiagnosed"].clone())
    };
    let first = told("", &[]);
    assert_eq!(told("", &[]), first);
    assert_eq!(told("ORDER BY id DESC", &["--memory", "1MiB"]), first);
}

/// Catches a value, a prefix, a length or a range of a masked column, and a value of any column under --no-examples.
#[tokio::test(flavor = "multi_thread")]
async fn masked_columns_are_told_by_hashes_only() {
    let folder = tempfile::tempdir().unwrap();
    let changes = "DELETE FROM orders WHERE region = 'eu'; UPDATE orders SET cents = cents + 5 WHERE region = 'us';
        UPDATE orders SET note = substr(note, 1, 14) WHERE id > 1900;";
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(changes)).await;
    let said = |arguments: &[&str]| {
        let (output, report) = diff(folder.path(), &old, &new, &[&["--table", "orders"], arguments].concat());
        let terminal = String::from_utf8(output.stdout).unwrap();
        let told: Vec<&str> =
            terminal.lines().filter(|line| line.contains('•') || line.contains("only these")).collect();
        report["checks"][0]["diagnosis"].to_string() + &told.join("\n")
    };
    let open = said(&[]);
    let masked = said(&["--mask", "region,note,cents"]);
    let silent = said(&["--no-examples"]);
    for told in ["plus", "cut_characters", "concentrated"] {
        assert!([&open, &masked, &silent].iter().all(|said| said.contains(told)), "{told}: {masked} {silent}");
    }
    for hidden in [
        "= eu",
        "\"eu\"",
        "= us",
        "\"us\"",
        "+ 5",
        "\"parameter\":\"5\"",
        "14 characters",
        "\"parameter\":\"14\"",
        "region = ",
    ] {
        assert!(open.contains(hidden), "{hidden}: {open}");
        assert!(!masked.contains(hidden) && !silent.contains(hidden), "{hidden}: {masked} {silent}");
    }
    let spread = |arguments: &[&str]| {
        let (_, report) = diff(folder.path(), &old, &new, &[&["--table", "orders"], arguments].concat());
        report["checks"][0]["spread"]["column"].as_str().map(str::to_owned)
    };
    let over = [&[][..], &["--mask", "at"], &["--mask", "at,id"], &["--no-examples"]].map(spread);
    assert_eq!(over, [Some("at".to_owned()), Some("id".to_owned()), None, None], "a range tells values");
    assert!(masked.contains("masked:") && !silent.contains("masked:"), "{masked} {silent}");
    assert!(silent.contains("one value of `region`"), "{silent}");
}

/// Catches rows that differ among the other rows, where a server alone knows which differ and they are more than are kept.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_held_against_rows_of_which_it_is_not_known_that_they_agree() {
    let database = clickhouse("places_of_many").await;
    let client = cutover::source::clickhouse_client(&url::Url::parse(&database).unwrap()).unwrap();
    let rows = "SELECT number AS id, if(number % 10 < 8, 'eu', 'us') AS region FROM numbers(70000)";
    for (name, left) in [("old", "1"), ("new", "region = 'us'")] {
        let sql = format!("CREATE TABLE {name} ENGINE = MergeTree ORDER BY id AS {rows} WHERE {left}");
        client.query(&sql).execute().await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let told = |plan: &str| {
        let arguments = ["--old-table", "old", "--new-table", "new", "--key", "id", "--plan", plan];
        let (_, report) = diff(folder.path(), &database, &database, &arguments);
        assert_eq!(report["checks"][0]["plan"]["name"], plan);
        report["checks"][0]["diagnosis"].clone()
    };
    let streamed = told("stream");
    assert_eq!((&streamed[0]["where"][0]["is"], &streamed[0]["share_elsewhere"]), (&"eu".into(), &"0.0000".into()));
    let served = told("server").to_string();
    assert!(!served.contains("share_elsewhere"), "{served}");
}

/// Catches rows that nobody holds the differing ones against because a server alone has read them, a draw of them that is
/// another one in each run, and one that is not uniform.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_server_found_to_agree_are_drawn_from_it() {
    let database = clickhouse("places_by_server").await;
    let client = cutover::source::clickhouse_client(&url::Url::parse(&database).unwrap()).unwrap();
    // More rows than a draw keeps.
    let rows = "SELECT number AS id, ['eu', 'us', 'ap', 'la'][1 + number % 4] AS region, number * 7919 % 10007 AS cents \
                FROM numbers(90000)";
    for (name, left) in [("old", "1"), ("new", "NOT (region = 'eu' AND cityHash64(number) % 20 = 0)")] {
        let sql = format!("CREATE TABLE {name} ENGINE = MergeTree ORDER BY id AS {rows} WHERE {left}");
        client.query(&sql).execute().await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let told = |plan: &str| {
        let arguments = ["--old-table", "old", "--new-table", "new", "--key", "id", "--plan", plan];
        let (output, report) = diff(folder.path(), &database, &database, &arguments);
        let check = &report["checks"][0];
        assert_eq!(check["plan"]["name"], plan, "{}", String::from_utf8_lossy(&output.stderr));
        check["diagnosis"].clone()
    };
    let (streamed, served) = (told("stream"), told("server"));
    let place = serde_json::json!([{ "column": "region", "is": "eu" }]);
    for found in [&streamed, &served] {
        assert_eq!((&found[0]["where"], &found[0]["covers"]), (&place, &found[0]["of"]), "{found:#}");
        let share: f64 = found[0]["share_elsewhere"].as_str().unwrap().parse().unwrap();
        assert!((0.22..0.26).contains(&share), "{found:#}");
    }
    assert_eq!(served[0]["covers"], streamed[0]["covers"]);
    assert_eq!(told("server"), served, "the same in every run");
}

//! Values that one engine writes in several ways, and that another reads from text: each is found, and written as its column
//! takes it.

use super::Place;

/// Catches a row of SQLite that is not found since its time is written otherwise, as a value and as a key; and one that is
/// changed beside it, since another text of the same time has come.
#[tokio::test(flavor = "multi_thread")]
async fn times_of_sqlite_are_found_in_each_of_their_texts() {
    let texts = [
        "2020-01-01 00:00:00.5",
        "2020-01-02T00:00:00",
        "2020-01-03 00:00",
        "2020-01-04 10:10",
        "2020-01-05 10:10:10.500000",
        "2020-01-06T10:10:10.000000000000",
        "2020-10-10 20:20:20",
        "2020-01-07T00:00:00.123456789",
    ];
    let place = Place::new("sqlite", "texts").await;
    let mut made = "CREATE TABLE o (id INTEGER PRIMARY KEY, v TIMESTAMP);\nCREATE TABLE n (id INTEGER PRIMARY KEY, v DATETIME);\n\
                    CREATE TABLE ko (id TIMESTAMP PRIMARY KEY, v INTEGER);\nCREATE TABLE kn (id DATETIME PRIMARY KEY, v INTEGER);\n\
                    INSERT INTO o VALUES (0, NULL);\nINSERT INTO ko VALUES ('2019-01-01 00:00', 0);\n"
        .to_owned();
    for (at, text) in texts.iter().enumerate() {
        made += &format!("INSERT INTO n VALUES ({}, '{text}'), ({}, '{text}');\n", at + 1, at + 101);
        made += &format!("INSERT INTO o VALUES ({}, '2021-01-01 00:00');\n", at + 1);
        // Half of the keys are there to be changed, half to go.
        made += &format!("INSERT INTO kn VALUES ('{text}', 1);\n");
        if at % 2 == 0 {
            made += &format!("INSERT INTO ko VALUES ('{text}', 2);\n");
        }
    }
    place.run(&made).await;
    let check = |name: &str, table: &str| {
        format!(
            "[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, v FROM {table}o\"\nnew = \"SELECT id, v FROM {table}n\"\n"
        )
    };
    place.suite(&[check("values", ""), check("keys", "k")].concat());
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    // A second text of one time, and one of a time that the file adds.
    let beside = "INSERT INTO kn VALUES ('2020-01-02 00:00:00', 1), ('2019-01-01T00:00:00.0', 7);\n";
    place.run(beside).await;
    place.run(&place.repair()).await;
    place
        .run(
            "CREATE TABLE left_over (id TEXT PRIMARY KEY, v INTEGER);\n\
             INSERT INTO left_over SELECT id, v FROM ko WHERE v = 2;\n\
             INSERT INTO left_over VALUES ('2020-01-02T00:00:00', 1), ('2020-01-02 00:00:00', 1), ('2019-01-01T00:00:00.0', 7);\n",
        )
        .await;
    let sides = ["diff", "--old", &place.url, "--new", &place.url, "--key", "id", "--old-sql"];
    let queries = ["SELECT id, v FROM left_over", "--new-sql", "SELECT CAST(id AS TEXT) AS id, v FROM kn"];
    let (code, told) = super::said(&place.cutover(&[&sides[..], &queries].concat()));
    assert_eq!(code, Some(0), "{told}\n{}", place.repair());
    let (_, told) = place.check(&["--only", "s.values"]);
    assert!(told.contains("9 rows equal"), "{told}\n{}", place.repair());
}

/// Catches a number of SQLite that is looked for as its neighbour: a whole one beside decimals, and one of 17 digits.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_sqlite_are_found_as_they_are_stored() {
    let place = Place::new("sqlite", "numbers").await;
    // What SQLite's own reading of decimal digits is off by one unit in the last place of.
    let awkward = [3.417_968_504_567_918_3e-304_f64, -3.691_082_401_161_734_3e-298, 0.1 + 0.2, 1.0 / 3.0];
    place
        .run(
            "CREATE TABLE o (id INTEGER PRIMARY KEY, d DECIMAL(20, 2), f DOUBLE);\n\
             CREATE TABLE n (id INTEGER PRIMARY KEY, d DECIMAL(20, 2), f DOUBLE);\nINSERT INTO o VALUES (0, 0, 0);\n\
             INSERT INTO n VALUES (8, 9007199254740993, 0), (9, 0.5, 0);\n",
        )
        .await;
    let connection = rusqlite::Connection::open(place.url.trim_start_matches("sqlite:")).unwrap();
    for (at, number) in (0_i64..).zip(awkward) {
        connection.execute("INSERT INTO n VALUES (?, 0, ?)", rusqlite::params![at, number]).unwrap();
        connection
            .execute("INSERT INTO o VALUES (?, 9007199254740993, ?)", rusqlite::params![at + 100, number])
            .unwrap();
    }
    drop(connection);
    let (code, told) = place.diff(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    place.run(&place.repair()).await;
    let (code, told) = place.diff(&[]);
    assert_eq!(code, Some(0), "{told}\n{}", place.repair());
}

/// Catches a number that is read from text and written as one that its column does not take, upon which a file of ClickHouse
/// stops half done.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_text_are_written_as_their_column_takes_them() {
    let place = Place::new("clickhouse", "of_text").await;
    let wide = "170141183460469231731687303715884105730";
    let (wider, whole) = (format!("-{wide}9.5"), format!("'{wide}'"));
    let wider = format!("'{wider}'");
    let (mut made, mut checks) = (String::new(), String::new());
    let cases: [(&str, &str, &str); 12] = [
        ("String", "'3.00'", "Decimal(10, 2)"),
        ("String", "'-3.00'", "Decimal(10, 2)"),
        ("String", "'0.00'", "Decimal(10, 2)"),
        ("String", "'3'", "Decimal(10, 2)"),
        ("String", "'1.50'", "Decimal(10, 2)"),
        ("String", "'9007199254740993.00'", "Int64"),
        ("String", &whole, "Decimal(76, 3)"),
        ("String", &wider, "Decimal(76, 3)"),
        ("String", &whole, "Int256"),
        ("UInt256", &whole, "Decimal(76, 3)"),
        ("Int128", "'-17014118346046923173168730371588410572'", "Decimal(38, 0)"),
        ("Decimal(76, 3)", &wider, "Decimal(76, 30)"),
    ];
    for (at, (old, value, new)) in cases.iter().enumerate() {
        made += &format!(
            "CREATE TABLE o{at} (id Int32, v {old}) ENGINE = MergeTree ORDER BY id;\n\
             CREATE TABLE n{at} (id Int32, v {new}) ENGINE = MergeTree ORDER BY id;\n\
             INSERT INTO o{at} SELECT number, {value} FROM numbers(1, 2);\nINSERT INTO n{at} SELECT number * 2 + 1, 7 FROM numbers(2);\n"
        );
        let rule = if *old == "String" { "columns.v = { type = { old = \"decimal(38,2)\" } }\n" } else { "" };
        let rule = if value.len() > 35 && *old == "String" { "columns.v = { type = \"text\" }\n" } else { rule };
        checks += &format!(
            "[checks.c{at}]\nkind = \"rows\"\nkey = \"id\"\n{rule}old = \"SELECT id, v FROM o{at}\"\nnew = \"SELECT id, v FROM n{at}\"\n"
        );
    }
    place.run(&made).await;
    place.suite(&checks);
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    place.run(&place.repair()).await;
    let (code, told) = place.check(&[]);
    assert_eq!(code, Some(0), "{told}\n{}", place.repair());
}

/// Catches elements that are written as another type than their column's, which equals it in no condition: the file stops
/// there, half done.
#[tokio::test(flavor = "multi_thread")]
async fn elements_are_of_the_type_of_their_column() {
    let place = Place::new("clickhouse", "elements").await;
    let cases = [
        ("Array(UUID)", "['00000000-0000-0000-0000-00000000000a']", "[]"),
        ("Array(Array(UUID))", "[['00000000-0000-0000-0000-00000000000a'], []]", "[[]]"),
        ("Map(String, UUID)", "map('a', '00000000-0000-0000-0000-00000000000a')", "map()"),
        ("Map(UUID, Array(UUID))", "map('00000000-0000-0000-0000-00000000000a', [])", "map()"),
        ("Array(Nullable(UUID))", "[NULL, '00000000-0000-0000-0000-00000000000a']", "[NULL]"),
        ("Array(Enum8('it\\'s' = 1, 'b' = 2))", "['it\\'s']", "['b', 'b']"),
        ("Array(FixedString(3))", "['a']", "['abc']"),
        ("Array(Date)", "['2020-01-01']", "[]"),
        ("Array(DateTime('Asia/Tokyo'))", "['2020-01-01 00:00:00']", "[]"),
        ("Array(DateTime64(3))", "['2020-01-01 00:00:00.123']", "[]"),
        ("Array(Decimal(10, 2))", "[1.5]", "[2]"),
        ("Array(Decimal(76, 3))", "[toDecimal256('170141183460469231731687303715884105730', 3)]", "[2]"),
        ("Array(UInt256)", "[toUInt256('170141183460469231731687303715884105730')]", "[2]"),
        ("Array(Float32)", "[0.1]", "[]"),
        ("Array(Bool)", "[true]", "[false]"),
        ("Array(LowCardinality(Nullable(String)))", "['a', NULL]", "[]"),
        ("Map(LowCardinality(String), Nullable(Float64))", "map('a', NULL)", "map('a', 1)"),
    ];
    let (mut made, mut checks) = (String::new(), String::new());
    for (at, (of, one, other)) in cases.iter().enumerate() {
        for table in ["o", "n"] {
            made += &format!("CREATE TABLE {table}{at} (id Int32, v {of}) ENGINE = MergeTree ORDER BY id;\n");
        }
        made += &format!(
            "INSERT INTO o{at} VALUES (1, {one}), (2, {other}), (3, {one});\n\
             INSERT INTO n{at} VALUES (1, {other}), (2, {one}), (4, {other}), (5, {one});\n"
        );
        checks += &format!(
            "[checks.c{at}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, v FROM o{at}\"\nnew = \"SELECT id, v FROM n{at}\"\n"
        );
    }
    place.run(&made).await;
    place.suite(&checks);
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    place.run(&place.repair()).await;
    let (code, told) = place.check(&[]);
    assert_eq!(code, Some(0), "{told}\n{}", place.repair());
}

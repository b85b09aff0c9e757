//! Values that types do not tell of: each is found where the other side has no place for it, and nowhere else.

use super::{apply, place, run};

/// A column of old and what it becomes; what fits, what does not, and what is found of that.
struct Case {
    engines: (&'static str, &'static str),
    types: (&'static str, &'static str),
    fits: &'static str,
    plant: &'static str,
    found: &'static str,
}

const fn case(
    engines: (&'static str, &'static str),
    types: (&'static str, &'static str),
    fits: &'static str,
    plant: &'static str,
    found: &'static str,
) -> Case {
    Case { engines, types, fits, plant, found }
}

const PG: &str = "postgres";
const MY: &str = "mysql";
const CH: &str = "clickhouse";
const DB: &str = "duckdb";
const SL: &str = "sqlite";

/// Types of which the one holds all of the other, that were taken for narrower ones.
const WIDER: &[(&str, &str, &str)] = &[
    (MY, "tinytext CHARACTER SET latin1", "varchar(255)"),
    (MY, "tinytext CHARACTER SET utf8mb3", "tinytext"),
    (MY, "varchar(9)", "varchar(9) CHARACTER SET utf16"),
    (MY, "tinytext CHARACTER SET utf16", "varchar(381)"),
    (CH, "BFloat16", "Float32"),
];

/// Catches a finding of a type that holds every value of old.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wider_is_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (engine, old_type, new_type)) in WIDER.iter().enumerate() {
        let old = place(engine, &format!("wider_old_{number}")).await;
        let new = place(engine, &format!("wider_new_{number}")).await;
        let behind = if *engine == CH { " ENGINE = MergeTree ORDER BY id" } else { "" };
        for (url, of) in [(&old, old_type), (&new, new_type)] {
            apply(url, folder.path(), &format!("CREATE TABLE t (id INTEGER, v {of}){behind};")).await;
        }
        let ran = run(folder.path(), &old, &new, "");
        assert_eq!((ran.code, ran.found()), (Some(0), Vec::new()), "{old_type} → {new_type}: {}", ran.shown);
    }
}

const CASES: &[Case] = &[
    // The shortest text of a float of 32 bits is another number.
    case((PG, PG), ("real", "integer"), "2147483520", "2147483648", "largest number"),
    case((PG, PG), ("real", "bigint"), "9223371487098961920", "9223372036854775808", "largest number"),
    case((MY, MY), ("float", "int"), "2147483520", "2147483648", "largest number"),
    case((CH, CH), ("Float32", "Int32"), "2147483520", "2147483648", "largest number"),
    case((DB, DB), ("FLOAT", "INTEGER"), "2147483520", "2147483648", "largest number"),
    // A scale below 0 and one beyond the precision.
    case((PG, PG), ("numeric(5,0)", "numeric(5,-2)"), "12300", "12345", "digits after the point"),
    case((PG, PG), ("integer", "numeric(5,-2)"), "12300", "12345", "digits after the point"),
    case((PG, PG), ("numeric(2,2)", "numeric(2,4)"), "0", "0.55", "largest number"),
    case((PG, PG), ("numeric", "numeric(5,2)"), "'NaN'", "'Infinity'", "largest number"),
    // NaN, infinities, days of no calendar.
    case((PG, MY), ("numeric(12,2)", "decimal(12,2)"), "1", "'NaN'", "NaN or infinity"),
    case((PG, MY), ("double precision", "double"), "1e300", "'-Infinity'", "NaN or infinity"),
    case((CH, MY), ("Float64", "double"), "1e300", "nan", "NaN or infinity"),
    case((DB, MY), ("DOUBLE", "double"), "1e300", "'inf'", "NaN or infinity"),
    case((PG, MY), ("date", "date"), "'2026-01-01'", "'infinity'", "infinite time"),
    case((PG, MY), ("timestamp", "datetime(6)"), "'2026-01-01'", "'-infinity'", "infinite time"),
    case((DB, MY), ("TIMESTAMP", "datetime(6)"), "'2026-01-01'", "'infinity'", "infinite time"),
    case((MY, PG), ("date", "date"), "'2024-02-29'", "'2026-02-31'", "day of no calendar"),
    case((MY, PG), ("date", "date"), "'2026-12-31'", "'2026-00-00'", "day of no calendar"),
    case((MY, CH), ("datetime", "DateTime64(0)"), "'2026-12-31'", "'2026-05-00 10:00:00'", "day of no calendar"),
    case((MY, MY), ("enum('x','y')", "enum('x','y')"), "'x'", "''", "label"),
    // Texts that PostgreSQL does not have.
    case((MY, PG), ("varchar(9)", "varchar(9)"), "'a'", "CONCAT('a', CHAR(0))", "text with NUL, in hexadecimal"),
    case((CH, PG), ("String", "text"), "'ä'", "unhex('C3')", "text that is not UTF-8, in hexadecimal"),
    case((CH, PG), ("String", "text"), "'a'", "unhex('6100')", "text with NUL, in hexadecimal"),
    case((SL, PG), ("TEXT", "text"), "'a'", "CAST(x'6100' AS TEXT)", "text with NUL, in hexadecimal"),
    // What SQLite is told of a column holds nothing back.
    case((SL, PG), ("VARCHAR(3)", "varchar(3)"), "'äöü'", "'abcd'", "longest text in characters"),
    case((SL, PG), ("INTEGER", "bigint"), "1", "'abc'", "value that is no number"),
    case((SL, PG), ("INTEGER", "smallint"), "32767", "x'35'", "value that is no number"),
    case((SL, PG), ("INTEGER", "smallint"), "1", "1.5", "digits after the point"),
    case((SL, MY), ("REAL", "double"), "1e300", "'abc'", "value that is no number"),
    case((SL, PG), ("TIMESTAMP", "timestamp(0)"), "'2026-01-01 10:00:00'", "'2021-garbage'", "value that is no time"),
    case((SL, PG), ("DATE", "date"), "'2024-02-29'", "'2026-02-30'", "value that is no time"),
    case((SL, CH), ("DATE", "Date32"), "'2026-01-01'", "'2026-01-01 10:30:00'", "value that is no time"),
    case((SL, PG), ("TEXT PRIMARY KEY", "text PRIMARY KEY"), "'a'", "NULL", "NULLs"),
    case((PG, CH), ("integer[]", "Array(Int32)"), "'{1,2}'", "'{{1,2},{3,NULL}}'", "array with NULL"),
    case((PG, CH), ("integer[]", "Array(Int32)"), "'{1,2}'", "'{{1,2},{3,4}}'", "array of arrays"),
    // Bytes of a character set are no bytes of another.
    case(
        (MY, MY),
        ("tinytext CHARACTER SET latin1", "varchar(254)"),
        "REPEAT('é', 254)",
        "REPEAT('é', 255)",
        "longest text in characters",
    ),
    case(
        (MY, MY),
        ("tinytext", "tinytext CHARACTER SET ucs2"),
        "REPEAT('a', 127)",
        "REPEAT('a', 128)",
        "longest text in characters",
    ),
    case(
        (MY, MY),
        ("tinytext CHARACTER SET latin1", "tinytext CHARACTER SET utf8mb3"),
        "REPEAT('é', 127)",
        "REPEAT('é', 128)",
        "longest text in bytes",
    ),
    case(
        (MY, MY),
        ("tinytext", "tinytext CHARACTER SET utf16"),
        "REPEAT('a', 127)",
        "REPEAT('a', 200)",
        "longest text in bytes",
    ),
    // What is no column of text has no blanks at its end to be asked for by functions of text.
    case((CH, MY), ("Enum8('abc ' = 1, 'd' = 2)", "char(10)"), "'d'", "'abc '", "texts with a blank at the end"),
];

/// Catches a value that new would refuse or change and that nobody asks for, and one that fits and is found.
#[tokio::test(flavor = "multi_thread")]
async fn each_is_found_where_new_has_no_place_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        let Case { engines, types, fits, plant, found } = case;
        let old = place(engines.0, &format!("odd_old_{number}")).await;
        let new = place(engines.1, &format!("odd_new_{number}")).await;
        for (url, engine, of) in [(&old, engines.0, types.0), (&new, engines.1, types.1)] {
            let behind = if engine == CH { " ENGINE = MergeTree ORDER BY id" } else { "" };
            apply(url, folder.path(), &format!("CREATE TABLE t (id INTEGER, v {of}){behind};")).await;
        }
        let before =
            if engines.0 == MY { "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';" } else { "" };
        let mut seen = Vec::new();
        for value in [fits, plant] {
            apply(&old, folder.path(), &format!("{before}INSERT INTO t VALUES (1, {value});")).await;
            let ran = run(folder.path(), &old, &new, "data = true\n");
            let data: Vec<String> = ran.found().into_iter().filter(|found| found.contains("data of v")).collect();
            let error = ran.check()["error"]["message"].as_str().unwrap_or_default().to_owned();
            seen.push((data, error));
        }
        let wanted = format!("changed data of v {found}");
        let is_right = seen[0] == (Vec::new(), String::new()) && seen[1].0.contains(&wanted) && seen[1].1.is_empty();
        if !is_right {
            wrong.push(format!("{engines:?} {types:?} {plant}: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Two schemas of one engine that differ, and what is found.
struct Apart {
    engine: &'static str,
    old: &'static str,
    new: &'static str,
    settings: &'static str,
    found: &'static [&'static str],
}

/// Catches a difference of two schemas that hides behind a name, a cast, a text or a column that has a name of another.
#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        Apart {
            engine: PG,
            old: "CREATE TABLE t (id integer, a integer);",
            new: "CREATE TABLE t (id integer, b text, a integer);",
            settings: "rename = { \"t.a\" = \"b\" }\n",
            found: &["changed column a type", "extra column a of new"],
        },
        Apart {
            engine: SL,
            old: "CREATE TABLE t (id integer, a integer, c text);",
            new: "CREATE TABLE b (id integer, a integer); CREATE TABLE t (id integer, a integer, c text);",
            settings: "rename = { t = \"b\" }\n",
            found: &["extra table", "missing column c"],
        },
        Apart {
            engine: PG,
            old: "CREATE SCHEMA o; CREATE TABLE o.t (id integer, a varchar(9), c integer NOT NULL);",
            new: "CREATE SCHEMA n; CREATE TABLE n.u (id integer, b varchar(3));",
            settings: "tables = [\"o.t\"]\nrename = { \"o.t\" = \"n.u\", \"o.t.a\" = \"b\" }\n",
            found: &["changed column a type", "missing column c"],
        },
        Apart {
            engine: PG,
            old: "CREATE TABLE t (v text DEFAULT '1.10');",
            new: "CREATE TABLE t (v text DEFAULT '1.1');",
            settings: "",
            found: &["changed column v default"],
        },
        Apart {
            engine: PG,
            old: "CREATE SEQUENCE s; CREATE TABLE t (v text DEFAULT 'ORD-' || nextval('s'), w bigint DEFAULT nextval('s') * 10);",
            new: "CREATE SEQUENCE s; CREATE TABLE t (v text DEFAULT 'ORD-', w bigint DEFAULT nextval('s'));",
            settings: "",
            found: &["changed column v default", "changed column w default"],
        },
        Apart {
            engine: PG,
            old: "CREATE SEQUENCE s INCREMENT BY 5; CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY 10), b serial,
                c integer GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1), d integer DEFAULT nextval('s'),
                e integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2), f integer GENERATED ALWAYS AS IDENTITY, g bigserial);",
            new: "CREATE SEQUENCE s; CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, b serial,
                c integer GENERATED BY DEFAULT AS IDENTITY, d integer DEFAULT nextval('s'),
                e integer GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2), f bigserial, g bigserial);
                ALTER SEQUENCE t_b_seq INCREMENT BY 10; ALTER SEQUENCE t_g_seq START 7;",
            settings: "",
            found: &["changed column a default", "changed column b default", "changed column c default", "changed column d default"],
        },
        Apart {
            engine: PG,
            old: "CREATE TABLE c (id integer PRIMARY KEY); CREATE TABLE t (v integer REFERENCES c);",
            new: "CREATE SCHEMA x; CREATE TABLE x.c (id integer PRIMARY KEY); CREATE TABLE c (id integer PRIMARY KEY);
                CREATE TABLE t (v integer REFERENCES x.c);",
            settings: "tables = [\"t\"]\n",
            found: &["changed foreign key (v) definition"],
        },
        Apart {
            engine: PG,
            old: "CREATE TABLE t (a text, \"lower(a)\" text); CREATE UNIQUE INDEX ON t (lower(a));",
            new: "CREATE TABLE t (a text, \"lower(a)\" text); CREATE UNIQUE INDEX ON t (\"lower(a)\");",
            settings: "",
            found: &["extra unique (\"lower(a)\")", "missing unique (`lower(a)`)"],
        },
        Apart {
            engine: CH,
            old: "CREATE TABLE t (id Int64, a Array(Nullable(Int32)), m Map(String, Nullable(Int32)), j JSON,
                e Enum8('it\\'s' = 1, 'y' = 2)) ENGINE = MergeTree ORDER BY id",
            new: "CREATE TABLE t (id Int64, a Array(Int32), m Map(String, Int32), j JSON(x UInt8),
                e Enum8('it\\'s' = 1, 'y' = 2, 'z' = 3)) ENGINE = MergeTree ORDER BY id",
            settings: "",
            found: &["changed column a type", "changed column j type", "changed column m type"],
        },
        Apart {
            engine: CH,
            old: "CREATE TABLE t (id Int64, a String, at DateTime) ENGINE = MergeTree ORDER BY id DESC
                TTL at + toIntervalDay(1) DELETE WHERE a = ' SETTINGS 1' SETTINGS allow_experimental_reverse_key = 1",
            new: "CREATE TABLE t (id Int64, a String, at DateTime) ENGINE = MergeTree ORDER BY id
                TTL at + toIntervalDay(1) DELETE WHERE a = ' SETTINGS 2' SETTINGS allow_experimental_reverse_key = 1",
            settings: "",
            found: &["changed sorting key definition", "changed ttl definition"],
        },
        Apart {
            engine: CH,
            old: "CREATE TABLE t (id UInt64, k UInt64) ENGINE = MergeTree ORDER BY (id, k) SAMPLE BY id",
            new: "CREATE TABLE t (id UInt64, k UInt64) ENGINE = MergeTree ORDER BY (id, k) SAMPLE BY k",
            settings: "",
            found: &["changed sampling key definition"],
        },
        Apart {
            engine: PG,
            old: "CREATE TABLE t (a text DEFAULT 'abc', b numeric DEFAULT 0.5, c timestamptz DEFAULT now(), d json DEFAULT '1');",
            new: "CREATE TABLE t (a text DEFAULT 'abc'::varchar(2), b numeric DEFAULT '0.5'::numeric(10,0),
                c timestamptz DEFAULT CURRENT_TIMESTAMP(0), d json DEFAULT '1.0');",
            settings: "",
            found: &["changed column a default", "changed column b default", "changed column c default", "changed column d default"],
        },
        Apart {
            engine: SL,
            old: "CREATE TABLE t (a DEFAULT 1, b BLOB DEFAULT '1');",
            new: "CREATE TABLE t (a DEFAULT '1.0', b BLOB DEFAULT '1.0');",
            settings: "",
            found: &["changed column a default", "changed column b default"],
        },
        Apart {
            engine: MY,
            old: "CREATE TABLE t (a varbinary(9) DEFAULT '1', b set('1','01') DEFAULT '1', c text, d text, FULLTEXT KEY (c));",
            new: "CREATE TABLE t (a varbinary(9) DEFAULT '1.0', b set('1','01') DEFAULT '01', c text, d text, KEY (c(768)));",
            settings: "",
            found: &["changed column a default", "changed column b default", "extra index (c(768))", "missing index (c)"],
        },
        Apart {
            engine: MY,
            old: "CREATE TABLE t (c varchar(9), FULLTEXT KEY (c)); CREATE TABLE u (c varchar(9), KEY (c));",
            new: "CREATE TABLE t (c varchar(9), KEY (c)); CREATE TABLE u (c varchar(9), KEY (c));",
            settings: "",
            found: &["changed index (c) definition"],
        },
        // Types of one's own are what they are made of, however deep, and whatever they are called.
        Apart {
            engine: PG,
            old: "CREATE TYPE m AS ENUM ('a', 'b'); CREATE DOMAIN d AS integer CHECK (VALUE > 0); CREATE TYPE i AS (x integer);
                CREATE TYPE r AS (e m, n d, s i, l i[]); CREATE TABLE t (r r, k i);",
            new: "CREATE TYPE m AS ENUM ('a', 'c'); CREATE DOMAIN d AS integer CHECK (VALUE > 0); CREATE TYPE j AS (x integer);
                CREATE TYPE r AS (e m, n d, s j, l j[]); CREATE TABLE t (r r, k j);",
            settings: "",
            found: &["changed column r type"],
        },
        Apart {
            engine: PG,
            old: "CREATE DOMAIN d AS integer CHECK (VALUE > 0); CREATE TYPE i AS (x d); CREATE TYPE r AS (s i); CREATE TABLE t (r r, l r[]);",
            new: "CREATE DOMAIN d AS integer CHECK (VALUE > 1); CREATE TYPE i AS (x d); CREATE TYPE r AS (s i); CREATE TABLE t (r r, l r[]);",
            settings: "",
            found: &["changed column l type", "changed column r type"],
        },
        Apart {
            engine: MY,
            old: "CREATE TABLE t (f float, g double);",
            new: "CREATE TABLE t (f float(7,2), g double(10,2));",
            settings: "",
            found: &["changed column f type", "changed column g type"],
        },
    ];
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        // Both in one database where old and new are schemas of it.
        let old = place(case.engine, &format!("alike_old_{number}")).await;
        let new = place(case.engine, &format!("alike_new_{number}")).await;
        apply(&old, folder.path(), case.old).await;
        apply(&new, folder.path(), case.new).await;
        let ran = run(folder.path(), &old, &new, case.settings);
        let rows = &ran.check()["rows"];
        let count = |name: &str| rows[name].as_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or(-1);
        let adds_up = count("old") == count("equal") + count("changed") + count("missing")
            && count("new") == count("equal") + count("changed") + count("extra");
        if ran.found() != case.found || !adds_up {
            wrong.push(format!("{} {}: {:?} {rows}\n{}", case.engine, case.new, ran.found(), ran.shown));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

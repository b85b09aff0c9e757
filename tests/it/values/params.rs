//! Params beside columns of every engine: a literal decides nothing about what stands beside it.

use super::{ENGINES, Suite};

/// A param, a list of it, and columns per engine (`*` is every one but ClickHouse) whose value is another than the param's,
/// by digits that a common type could cost it.
struct Beside {
    name: &'static str,
    param: &'static str,
    columns: &'static [(&'static str, &'static [&'static str])],
}

const TABLE: [Beside; 10] = [
    Beside {
        name: "decimal",
        param: "0.5",
        columns: &[
            ("*", &["CAST('0.504' AS DECIMAL(12, 3))", "CAST('123456789.712' AS DECIMAL(12, 3))"]),
            ("clickhouse", &["toDecimal64('0.504', 3)", "toDecimal32('0.54', 2)", "toDecimal256('123456789.712', 3)"]),
            ("duckdb", &["CAST('1234567.712' AS DECIMAL(38, 30))", "CAST(0.504 AS DOUBLE)"]),
        ],
    },
    Beside {
        name: "decimal_finer",
        param: "0.504",
        columns: &[("*", &["CAST('0.5' AS DECIMAL(12, 1))"]), ("clickhouse", &["toDecimal64('0.5', 1)"])],
    },
    Beside {
        name: "integer",
        param: "9007199254740992",
        columns: &[
            ("*", &["9007199254740993", "CAST('9007199254740994.504' AS DECIMAL(22, 3))"]),
            ("clickhouse", &["toInt64(9007199254740993)", "toDecimal128('9007199254740992.504', 3)"]),
        ],
    },
    Beside {
        name: "negative",
        param: "-1",
        columns: &[
            ("mysql", &["CAST('18446744073709551615' AS UNSIGNED)"]),
            ("duckdb", &["CAST('18446744073709551615' AS UBIGINT)"]),
            ("clickhouse", &["toUInt8(255)"]),
        ],
    },
    Beside {
        name: "timestamp",
        param: "2026-01-01T00:00:00Z",
        columns: &[
            ("postgres", &["TIMESTAMPTZ '2026-01-01 00:00:00.0004+00'"]),
            ("mysql", &["CAST('2026-01-01 00:00:00.0004' AS DATETIME(6))"]),
            ("sqlite", &["'2026-01-01 00:00:00.0004'"]),
            ("duckdb", &["TIMESTAMPTZ '2026-01-01 00:00:00.0004+00'"]),
            (
                "clickhouse",
                &[
                    "toDateTime('2026-01-01 00:00:01', 'UTC')",
                    "toDateTime64('2026-01-01 00:00:00.0004', 6, 'UTC')",
                    "toDateTime64('2026-01-01 00:00:00.000000001', 9, 'UTC')",
                ],
            ),
        ],
    },
    Beside {
        name: "timestamp_finer",
        param: "2026-01-01T00:00:00.0004Z",
        columns: &[
            ("postgres", &["TIMESTAMPTZ '2026-01-01 00:00:00+00'"]),
            ("mysql", &["CAST('2026-01-01 00:00:00' AS DATETIME)"]),
            ("sqlite", &["'2026-01-01 00:00:00'"]),
            ("duckdb", &["TIMESTAMPTZ '2026-01-01 00:00:00+00'"]),
            (
                "clickhouse",
                &[
                    "toDateTime('2026-01-01 00:00:00', 'UTC')",
                    "toDateTime64('2026-01-01 00:00:00', 3, 'UTC')",
                    "toDateTime64('2026-01-01 00:00:00.0004005', 9, 'UTC')",
                    "toNullable(toDateTime('2026-01-01 00:00:00', 'UTC'))",
                ],
            ),
        ],
    },
    Beside {
        name: "wall_clock",
        param: "2026-01-01T00:00:00.4",
        columns: &[
            ("postgres", &["TIMESTAMP '2026-01-01 00:00:00'", "TIMESTAMP '2026-01-01 00:00:00.4004'"]),
            ("mysql", &["CAST('2026-01-01 00:00:00' AS DATETIME)", "CAST('2026-01-01 00:00:00.4004' AS DATETIME(6))"]),
            ("sqlite", &["'2026-01-01 00:00:00'", "'2026-01-01 00:00:00.4004'"]),
            (
                "duckdb",
                &[
                    "TIMESTAMP '2026-01-01 00:00:00.4004'",
                    "TIMESTAMP_S '2026-01-01 00:00:00'",
                    "TIMESTAMP_MS '2026-01-01 00:00:00.401'",
                    "TIMESTAMP_NS '2026-01-01 00:00:00.400000001'",
                ],
            ),
            ("files", &["CAST('2026-01-01 00:00:00.4004' AS TIMESTAMP)"]),
            ("clickhouse", &["toDateTime('2026-01-01 00:00:00')", "toDateTime64('2026-01-01 00:00:00.400000001', 9)"]),
        ],
    },
    Beside {
        name: "date",
        param: "2026-01-01",
        columns: &[
            ("postgres", &["TIMESTAMP '2026-01-01 12:00:00'", "DATE '2026-01-02'"]),
            ("mysql", &["CAST('2026-01-01 12:00:00' AS DATETIME)", "DATE '2026-01-02'"]),
            ("sqlite", &["'2026-01-01 12:00:00'", "'2026-01-02'"]),
            (
                "duckdb",
                &[
                    "TIMESTAMP_NS '2026-01-01 12:00:00.000000001'",
                    "TIMESTAMP_S '2026-01-01 12:00:00'",
                    "DATE '2026-01-02'",
                ],
            ),
            ("files", &["CAST('2026-01-02' AS DATE)"]),
            ("clickhouse", &["toDate32('2026-01-02')", "toDateTime64('2026-01-01 12:00:00.5', 3)"]),
        ],
    },
    Beside {
        name: "time",
        param: "10:00:00",
        columns: &[
            ("postgres", &["TIME '10:00:00.5'"]),
            ("mysql", &["CAST('10:00:00.5' AS TIME(6))"]),
            ("sqlite", &["'10:00:00.5'"]),
            ("duckdb", &["TIME '10:00:00.5'"]),
            ("files", &["CAST('10:00:00.5' AS TIME)"]),
            ("clickhouse", &["'10:00:00.5'"]),
        ],
    },
    Beside {
        name: "text",
        param: "\"ab\"",
        columns: &[("*", &["'abc'"]), ("clickhouse", &["'abc'", "toFixedString('abc', 3)"])],
    },
];

const KEYED: &str = "kind = \"rows\"\nkey = [\"id\"]";

/// Catches a literal whose type costs what stands beside it a digit, in `coalesce`, `CASE`, `UNION`, `IN` and comparisons.
#[test]
fn a_param_changes_nothing_beside_it() {
    let mut suite = Suite::new();
    std::fs::write(suite.folder().join("t.csv"), "n\n1\n").unwrap();
    suite.source("files", "url = \"t.csv\"");
    let params = TABLE.iter().map(|row| format!("{0} = {1}\nlist_{0} = [{1}, {1}]\n", row.name, row.param));
    suite.params(&params.collect::<String>());
    let (mut checks, mut refused) = (0, 0);
    for row in &TABLE {
        for (engine, columns) in row.columns {
            let engines: Vec<&str> = match *engine {
                "*" => ENGINES.into_iter().chain(["files"]).filter(|engine| *engine != "clickhouse").collect(),
                one => vec![one],
            };
            for engine in engines {
                for column in *columns {
                    checks += 1;
                    refused += usize::from(is_refused(engine, row.name));
                    check(&mut suite, &format!("{}_{engine}_{checks}", row.name), engine, column, row.name);
                }
            }
        }
    }
    let reports = suite.run(&[]);
    assert_eq!(reports.len(), 2 * checks - refused);
    let wrong = reports.iter().filter(|report| report["status"] != "pass");
    let wrong = wrong.map(|report| format!("{}: {} {}", report["id"], report["error"], report["examples"]));
    assert_eq!(wrong.collect::<Vec<_>>().join("\n"), "");
}

/// A check of `column` beside the param, and one of it in a UNION.
fn check(suite: &mut Suite, name: &str, engine: &str, column: &str, param: &str) {
    let column = if engine == "clickhouse" { format!("materialize({column})") } else { column.to_owned() };
    let from = if engine == "files" { " FROM t" } else { "" };
    let rows = format!("(SELECT {column} AS x{from}) AS s");
    let yes = |condition: String| format!("CASE WHEN {condition} THEN 1 ELSE 0 END");
    let old = format!(
        "SELECT 1 AS id, coalesce(x, {{{{ {param} }}}}) AS a, CASE WHEN x IS NULL THEN {{{{ {param} }}}} ELSE x END AS b, \
         {} AS c, {} AS d, {} AS e, {} AS f FROM {rows}",
        yes(format!("x IN {{{{ list_{param} }}}}")),
        yes(format!("x NOT IN {{{{ list_{param} }}}}")),
        yes(format!("x = {{{{ {param} }}}}")),
        yes(format!("x <> {{{{ {param} }}}}")),
    );
    let new = format!("SELECT 1 AS id, x AS a, x AS b, 0 AS c, 1 AS d, 0 AS e, 1 AS f FROM {rows}");
    suite.check(name, (engine, &old), (engine, &new), KEYED);
    let both = format!("SELECT 1 AS id, x AS v FROM {rows} UNION ALL SELECT 2 AS id, {{{{ {param} }}}} AS v{from}");
    let old = format!("SELECT id, v FROM ({both}) AS u WHERE id = 1");
    let new = format!("SELECT 1 AS id, x AS v FROM {rows}");
    if !is_refused(engine, param) {
        suite.check(&format!("{name}_union"), (engine, &old), (engine, &new), KEYED);
    }
}

/// Whether a time that a subquery selects is refused: SQLite would compare it as a text elsewhere.
fn is_refused(engine: &str, param: &str) -> bool {
    engine == "sqlite" && ["timestamp", "wall_clock", "date", "time"].iter().any(|time| param.starts_with(time))
}

/// Catches a list of decimals beside other numbers of ClickHouse, which its `IN` refuses, without a way out that works.
#[test]
fn a_list_of_decimals_has_a_way_beside_every_number() {
    let mut suite = Suite::new();
    suite.params("list = [0.5, 2.0]");
    for (at, (column, found)) in
        [("toInt32(2)", 1), ("toInt32(0)", 0), ("toFloat64(0.5)", 1), ("toFloat64(0.54)", 0)].into_iter().enumerate()
    {
        let asked =
            |written: &str| format!("SELECT 1 AS id, toInt32({written}) AS v FROM (SELECT materialize({column}) AS x)");
        let new = format!("SELECT 1 AS id, toInt32({found}) AS v");
        suite.check(&format!("refused{at}"), ("clickhouse", &asked("x IN {{ list }}")), ("clickhouse", &new), KEYED);
        let way = asked("arrayExists(item -> item = x, array {{ list }})");
        suite.check(&format!("way{at}"), ("clickhouse", &way), ("clickhouse", &new), KEYED);
    }
    for report in suite.run(&[]) {
        let message = report["error"]["message"].as_str().unwrap_or_default();
        match report["id"].as_str().unwrap().contains("refused") {
            true => assert!(message.contains("arrayExists(item -> item = x, array {{ list }})"), "{report}"),
            false => assert_eq!(report["status"], "pass", "{report}"),
        }
    }
}

/// Catches a moment beside DuckDB's times of other precisions, which it does not compare, without a way out that works.
#[test]
fn a_moment_has_a_way_beside_every_time_of_duckdb() {
    let mut suite = Suite::new();
    suite.params("moment = 2026-01-01T00:00:00Z\nclock = 2026-01-01T00:00:00");
    let types = ["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"];
    for of in types {
        for (name, condition) in [
            ("refused", "x > {{ moment }}"),
            ("cast", "CAST(x AS TIMESTAMP) > {{ moment }}"),
            ("clock", "x > {{ clock }}"),
        ] {
            let asked = |second: u8| {
                format!("SELECT 1 AS id, {condition} AS v FROM (SELECT {of} '2026-01-01 00:00:0{second}' AS x) AS s")
            };
            for second in [0, 1] {
                let right = format!("SELECT 1 AS id, {} AS v", second == 1);
                let name = format!("{name}_{of}_{second}").to_lowercase();
                suite.check(&name, ("duckdb", &asked(second)), ("duckdb", &right), KEYED);
            }
        }
    }
    let reports = suite.run(&[]);
    assert_eq!(reports.len(), 6 * types.len());
    for report in reports {
        let message = report["error"]["message"].as_str().unwrap_or_default();
        match report["id"].as_str().unwrap().contains("refused") {
            true => assert!(message.contains("CAST(t AS TIMESTAMP), or give a param without an offset"), "{report}"),
            false => assert_eq!(report["status"], "pass", "{report}"),
        }
    }
}

/// Catches a moment that MySQL leaves in UTC in a session of another zone, and advice that is wrong.
#[test]
fn a_moment_that_mysql_does_not_move_is_refused() {
    let url = crate::support::engine_url("CUTOVER_TEST_MYSQL_URL");
    for (zone, moment, clock, refused) in [
        ("+05:30", "2040-01-01T00:00:00Z", "2040-01-01T05:30:00", true),
        ("-08:00", "1969-07-20T20:17:40.5Z", "1969-07-20T12:17:40.500", true),
        ("+05:30", "1970-01-01T00:00:00Z", "1970-01-01T05:30:00", true),
        ("+05:30", "1970-01-01T00:00:01Z", "1970-01-01T05:30:01", false),
        ("+05:30", "2038-01-19T03:14:07Z", "2038-01-19T08:44:07", false),
        ("UTC", "2040-01-01T00:00:00Z", "2040-01-01T00:00:00", false),
    ] {
        let mut suite = Suite::new();
        suite.source("here", &format!("url = \"{url}\"\ntimezone = \"{zone}\""));
        suite.params(&format!("moment = {moment}\nlist = [{moment}]\nadvised = {clock}"));
        let right = format!("SELECT 1 AS id, TIMESTAMP '{clock}' AS v");
        let compared = |param: &str| format!("{right} FROM (SELECT 1) AS t WHERE TIMESTAMP '{clock}' {param}");
        suite.check("single", ("here", &compared("= {{ moment }}")), ("here", &right), KEYED);
        suite.check("listed", ("here", &compared("IN {{ list }}")), ("here", &right), KEYED);
        suite.check("advised", ("here", &compared("= {{ advised }}")), ("here", &right), KEYED);
        let reports = suite.run(&[]);
        for report in &reports[..2] {
            let message = report["error"]["message"].as_str().unwrap_or_default();
            match refused {
                true => assert!(message.contains(&format!("without an offset ({clock})")), "{report}"),
                false => assert_eq!(report["status"], "pass", "{zone} {moment}: {report}"),
            }
        }
        assert_eq!(reports[2]["status"], "pass", "{zone} {moment}: {}", reports[2]);
    }
}

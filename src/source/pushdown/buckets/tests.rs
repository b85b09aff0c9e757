//! The questions in the SQL of warehouses that no test can ask: held as text, and read by a parser.

use sqlparser::ast::Statement;
use sqlparser::parser::Parser;

use super::super::{Buckets, Names, Pair, RowHash, Seeded, SideQuestion};
use crate::frame::Type;
use crate::model::Side;
use crate::source::{ReadQuery, driver};

fn pair(name: &str, of: Type) -> Pair {
    Pair { old: name.to_owned(), new: name.to_owned(), of, nullable: true }
}

/// The questions about a side with a column of every type that is hashed.
fn questions(engine: &str) -> Vec<String> {
    let dialect = driver(engine).unwrap().dialect;
    let diff = dialect.server_diff().unwrap();
    let key = [pair("id", Type::Integer)];
    let compared = [
        pair("total", Type::Decimal { scale: 2 }),
        pair("note", Type::Text),
        pair("paid", Type::Bool),
        pair("day", Type::Date),
        pair("at", Type::Instant),
        pair("due", Type::WallClock),
    ];
    let names = Names::beside(["id", "total", "note", "paid", "day", "at", "due"].into_iter());
    let seeded = Seeded { hash: RowHash::Fast, seeds: [7, 11] };
    let sql = "SELECT * FROM orders -- all\n;";
    let of = SideQuestion { names: &names, sql, key: &key, compared: &compared, name: |pair| &pair.old, seeded };
    let within = Buckets { bits: 16, numbers: vec![3, 65_535] };
    vec![
        diff.checksums(of, Side::Old, 16, None),
        diff.checksums(of, Side::Old, 30, Some(&within)),
        diff.differing(of, &within),
    ]
}

/// Catches a question of another meaning, one that is no query, and one that the gate holds back.
#[test]
fn the_questions_of_warehouses_are_these() {
    for engine in ["snowflake", "bigquery"] {
        let dialect = driver(engine).unwrap().dialect;
        let asked = questions(engine);
        for sql in &asked {
            ReadQuery::check(&dialect.lexers()[0], sql).unwrap_or_else(|refused| panic!("{sql}: {refused}"));
            // The parser does not know that BigQuery shifts bits.
            let generic = sqlparser::dialect::GenericDialect {};
            let reading = if engine == "bigquery" { &generic } else { dialect.parser() };
            let parsed = Parser::parse_sql(reading, sql).unwrap_or_else(|cause| panic!("{sql}: {cause}"));
            assert!(matches!(parsed[..], [Statement::Query(_)]), "{sql}");
        }
        insta::assert_snapshot!(engine, asked.join("\n\n"));
    }
}

/// Catches servers that are asked by SQL that nobody saw run, although nobody asked for it.
#[test]
fn warehouses_are_asked_on_request_only() {
    for engine in ["snowflake", "bigquery"] {
        let diff = driver(engine).unwrap().dialect.server_diff().unwrap();
        assert!(!diff.is_faster() && diff.hash(RowHash::Strong).is_none(), "{engine}");
    }
}

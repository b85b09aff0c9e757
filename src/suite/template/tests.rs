//! Where placeholders may stand, per engine, and that no value changes what surrounds it.

use proptest::prelude::*;

use super::*;
use crate::source::lexer::{Kind, Lexer};
use crate::source::{Driver, driver};

fn params(value: &str) -> BTreeMap<String, ParamValue> {
    BTreeMap::from([("a".to_owned(), ParamValue::Text(value.to_owned()))])
}

/// Whether `text` is refused where `engine` is known beforehand, and where it is not.
fn refused(engine: &Driver, text: &str) -> bool {
    let dialect = engine.dialect;
    let late = Template::parse(text, None).and_then(|template| template.render(dialect, &params("x")));
    match Template::parse(text, Some(dialect)).and_then(|template| template.render(dialect, &params("x"))) {
        Ok(sql) => {
            assert_eq!(late.as_ref(), Ok(&sql), "{engine:?}: {text}");
            false
        }
        Err(_) => {
            assert!(late.is_err(), "{engine:?}: {text}: only the suite's own reading refuses it");
            true
        }
    }
}

#[test]
fn placeholders_become_pieces() {
    let template = Template::parse("SELECT {{ a }} + {{b}} FROM t", None).unwrap();
    assert_eq!(template.params().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_placeholder_inside_quotes_or_a_comment_is_refused_on_every_engine() {
    for engine in DRIVERS {
        for text in [
            "SELECT '{{ a }}'",
            "SELECT \"{{ a }}\"",
            "SELECT 1 -- {{ a }}",
            "SELECT 1 /* {{ a }} */",
            "SELECT 'it''s {{ a }}'",
            "SELECT '{{ a }}",
        ] {
            assert!(refused(engine, text), "{engine:?}: {text}");
            assert!(Template::parse(text, None).is_err(), "{text}: no engine reads it otherwise");
        }
        for text in
            ["SELECT '' || {{ a }}", "SELECT '{{1,2}}', {{ a }}", "-- note\nSELECT {{ a }}", "SELECT 'it''s', {{ a }}"]
        {
            assert!(!refused(engine, text), "{engine:?}: {text}");
        }
    }
}

/// Catches a form that only one engine has: each is code to the others, or an error of theirs.
#[test]
fn a_placeholder_inside_a_form_of_one_engine_is_refused_there() {
    let [clickhouse, postgres, mysql, sqlite, duckdb, spark, snowflake, bigquery, files] =
        ["clickhouse", "postgres", "mysql", "sqlite", "duckdb", "spark", "snowflake", "bigquery", "files"]
            .map(|name| driver(name).unwrap());
    for (text, engines) in [
        ("SELECT 1 # {{ a }}\n", &[mysql, clickhouse, bigquery][..]),
        ("SELECT 1 #! {{ a }}\n", &[mysql, clickhouse, bigquery]),
        ("SELECT v #>> {{ a }}", &[mysql, bigquery]),
        ("SELECT 1 // {{ a }}\n", &[clickhouse, snowflake]),
        ("SELECT 1 --{{ a }}\n", &[postgres, clickhouse, sqlite, duckdb, spark, snowflake, bigquery, files]),
        ("SELECT 1 /* /* */ {{ a }} /* */ */", &[postgres, clickhouse, duckdb, spark, snowflake, bigquery, files]),
        ("SELECT 1 /*! {{ a }} */", &DRIVERS),
        ("SELECT `{{ a }}`", &[mysql, clickhouse, sqlite, duckdb, spark, bigquery, files]),
        ("SELECT [{{ a }}]", &[sqlite]),
        ("SELECT $$ {{ a }} $$", &[postgres, clickhouse, mysql, duckdb, spark, snowflake, bigquery, files]),
        ("SELECT $x$ {{ a }} $x$", &[postgres, clickhouse, mysql, duckdb, spark, bigquery, files]),
        (r"SELECT 'a\' , {{ a }}, '", &[mysql, clickhouse, spark, snowflake, bigquery]),
        (r"SELECT E'a\' , {{ a }}, '", &[postgres, mysql, clickhouse, duckdb, spark, snowflake, bigquery, files]),
        ("SELECT U&\"{{ a }}\"", &DRIVERS),
        ("SELECT ‘{{ a }}’", &[clickhouse]),
        ("SELECT 'x'\n{{ a }}", &[postgres, duckdb]),
    ] {
        for engine in DRIVERS {
            assert_eq!(refused(engine, text), engines.contains(&engine), "{engine:?}: {text}");
        }
    }
}

/// Catches a literal that becomes one with what stands beside it.
#[test]
fn a_literal_is_not_glued_to_what_stands_beside_it() {
    for engine in DRIVERS {
        for text in
            ["SELECT 'x'{{ a }}", "SELECT {{ a }}{{ a }}", "SELECT {{ a }}'x'", "SELECT X{{ a }}", "SELECT N{{ a }}"]
        {
            let known = refused(engine, text);
            // ClickHouse, SQLite, Spark, Snowflake and BigQuery have no N'…', and BigQuery no X'…'.
            let separate = text.ends_with("N{{ a }}")
                && ["clickhouse", "sqlite", "spark", "snowflake", "bigquery"].contains(&engine.name)
                || (text.ends_with("X{{ a }}") && engine.name == "bigquery");
            assert_eq!(known, !separate, "{engine:?}: {text}");
        }
        let number = BTreeMap::from([("a".to_owned(), ParamValue::Integer(5))]);
        for text in ["SELECT 1{{ a }}", "SELECT x{{ a }}", "SELECT 1.{{ a }}"] {
            let template = Template::parse(text, Some(engine.dialect)).unwrap();
            assert!(template.render(engine.dialect, &number).is_err(), "{engine:?}: {text}");
        }
    }
}

/// Pieces of SQL with everything in them that opens, ends or escapes something somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "['\"`\\[\\]\\\\$#/*!;(){}\n\r\t a-c0-9EUNxé‘’“”-]{0,3}",
        2 => Just("{{ a }}".to_owned()),
        1 => prop::sample::select(vec!["--", "/*", "*/", "# ", "''", "$$", "$x$", "E'", "U&'", "'\n'", " ", "\\'", "//", "/*!"])
            .prop_map(str::to_owned),
    ];
    proptest::collection::vec(pieces, 0..10).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = ParamValue> {
    let text = "['\"`\\[\\]\\\\$#/*!;(){}\n\r\t a-cE0-9é‘’“”\0-]{0,8}";
    prop_oneof![
        4 => text.prop_map(ParamValue::Text),
        1 => any::<i64>().prop_map(|number| ParamValue::Integer(number.into())),
        1 => (any::<i64>(), 0i64..6).prop_map(|(digits, scale)| ParamValue::Decimal(bigdecimal::BigDecimal::new(digits.into(), scale))),
        1 => proptest::collection::vec(text.prop_map(ParamValue::Text), 1..3).prop_map(ParamValue::List),
        1 => any::<bool>().prop_map(ParamValue::Boolean),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Catches any value that becomes structure: what surrounds it has the tokens that it has around a plain value of the
    /// type, and the value has those that it has by itself.
    #[test]
    fn no_value_changes_the_tokens_around_it(text in hostile(), value in value()) {
        for engine in DRIVERS {
            let Ok(template) = Template::parse(&text, Some(engine.dialect)) else { continue };
            let [rendered, plain] = [value.clone(), tame(&value)].map(|value| Rendered::new(&template, engine.dialect, value));
            let (Some(rendered), Some(plain)) = (rendered, plain) else { continue };
            for rules in engine.dialect.lexers() {
                let (found, expected) = (rendered.around(rules), plain.around(rules));
                prop_assert_eq!(found, expected, "{:?}: {} became {}", rules, text, rendered.sql);
            }
        }
    }
}

/// A value of the type of `value` that no lexer stumbles over.
fn tame(value: &ParamValue) -> ParamValue {
    match value {
        ParamValue::Text(_) => ParamValue::Text("x".to_owned()),
        ParamValue::Integer(_) => ParamValue::Integer(7),
        ParamValue::Decimal(_) => ParamValue::Decimal("1.5".parse().unwrap()),
        ParamValue::List(items) => ParamValue::List(items.iter().map(tame).collect()),
        other => other.clone(),
    }
}

/// A template with one value in all of its places.
struct Rendered {
    sql: String,
    literal: String,
    places: Vec<usize>,
}

impl Rendered {
    fn new(template: &Template, dialect: &dyn Dialect, value: ParamValue) -> Option<Rendered> {
        let literal = dialect.literal(&value).ok()?;
        let sql = template.render(dialect, &BTreeMap::from([("a".to_owned(), value)])).ok()?;
        let (mut places, mut offset) = (Vec::new(), 0);
        for piece in &template.0 {
            offset += match piece {
                Piece::Text(text) => text.len(),
                Piece::Param(_) => {
                    places.push(offset);
                    literal.len()
                }
            };
        }
        Some(Rendered { sql, literal, places })
    }

    /// Its tokens, with one of no text in each place of the value. The value's own are those that it has alone.
    fn around(&self, rules: &Lexer) -> Vec<Option<(Kind, &str)>> {
        fn spelled<'s>(sql: &'s str, token: &Token) -> (Kind, &'s str) {
            (token.kind, &sql[token.start..token.end])
        }
        let own: Vec<(Kind, &str)> =
            lexer::lex(rules, &self.literal).0.iter().map(|token| spelled(&self.literal, token)).collect();
        let mut tokens = lexer::lex(rules, &self.sql).0.into_iter().peekable();
        let mut around = Vec::new();
        while let Some(token) = tokens.next() {
            if !self.places.contains(&token.start) {
                around.push(Some(spelled(&self.sql, &token)));
                continue;
            }
            let end = token.start + self.literal.len();
            let mut inside = vec![spelled(&self.sql, &token)];
            while let Some(token) = tokens.next_if(|token| token.start < end) {
                inside.push(spelled(&self.sql, &token));
            }
            assert_eq!(inside, own, "{rules:?}: {}", self.sql);
            around.push(None);
        }
        around
    }
}

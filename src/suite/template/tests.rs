//! Where placeholders may stand, per engine, and that no value changes what surrounds it.

use proptest::prelude::*;

use super::*;
use crate::source::lexer::Kind;

fn params(value: &str) -> BTreeMap<String, ParamValue> {
    BTreeMap::from([("a".to_owned(), ParamValue::Text(value.to_owned()))])
}

/// Whether `text` is refused where `engine` is known beforehand, and where it is not.
fn refused(engine: EngineName, text: &str) -> bool {
    let late = Template::parse(text, None).and_then(|template| template.render(engine, &params("x")));
    match Template::parse(text, Some(engine)).and_then(|template| template.render(engine, &params("x"))) {
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
    for engine in EngineName::ALL {
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
    use EngineName::{ClickHouse, Files, MySql, Postgres, Sqlite};
    for (text, engines) in [
        ("SELECT 1 # {{ a }}\n", &[MySql, ClickHouse][..]),
        ("SELECT 1 #! {{ a }}\n", &[MySql, ClickHouse]),
        ("SELECT v #>> {{ a }}", &[MySql]),
        ("SELECT 1 // {{ a }}\n", &[ClickHouse]),
        ("SELECT 1 --{{ a }}\n", &[Postgres, ClickHouse, Sqlite, Files]),
        ("SELECT 1 /* /* */ {{ a }} /* */ */", &[Postgres, ClickHouse, Files]),
        ("SELECT 1 /*! {{ a }} */", &EngineName::ALL),
        ("SELECT `{{ a }}`", &[MySql, ClickHouse, Sqlite, Files]),
        ("SELECT [{{ a }}]", &[Sqlite]),
        ("SELECT $$ {{ a }} $$", &[Postgres, ClickHouse, MySql, Files]),
        ("SELECT $x$ {{ a }} $x$", &[Postgres, ClickHouse, MySql, Files]),
        (r"SELECT 'a\' , {{ a }}, '", &[MySql, ClickHouse]),
        (r"SELECT E'a\' , {{ a }}, '", &[Postgres, MySql, ClickHouse, Files]),
        ("SELECT U&\"{{ a }}\"", &EngineName::ALL),
        ("SELECT ‘{{ a }}’", &[ClickHouse]),
        ("SELECT 'x'\n{{ a }}", &[Postgres]),
    ] {
        for engine in EngineName::ALL {
            assert_eq!(refused(engine, text), engines.contains(&engine), "{engine:?}: {text}");
        }
    }
}

/// Catches a literal that becomes one with what stands beside it.
#[test]
fn a_literal_is_not_glued_to_what_stands_beside_it() {
    for engine in EngineName::ALL {
        for text in
            ["SELECT 'x'{{ a }}", "SELECT {{ a }}{{ a }}", "SELECT {{ a }}'x'", "SELECT X{{ a }}", "SELECT N{{ a }}"]
        {
            let known = refused(engine, text);
            // ClickHouse alone has no N'…'; SQLite neither.
            let separate = text.ends_with("N{{ a }}") && matches!(engine, EngineName::ClickHouse | EngineName::Sqlite);
            assert_eq!(known, !separate, "{engine:?}: {text}");
        }
        let number = BTreeMap::from([("a".to_owned(), ParamValue::Integer(5))]);
        for text in ["SELECT 1{{ a }}", "SELECT x{{ a }}", "SELECT 1.{{ a }}"] {
            let template = Template::parse(text, Some(engine)).unwrap();
            assert!(template.render(engine, &number).is_err(), "{engine:?}: {text}");
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
        for engine in EngineName::ALL {
            let Ok(template) = Template::parse(&text, Some(engine)) else { continue };
            let [rendered, plain] = [value.clone(), tame(&value)].map(|value| Rendered::new(&template, engine, value));
            let (Some(rendered), Some(plain)) = (rendered, plain) else { continue };
            for reading in Lexed::of(engine) {
                let (found, expected) = (rendered.around(*reading), plain.around(*reading));
                prop_assert_eq!(found, expected, "{:?}: {} became {}", reading, text, rendered.sql);
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
    fn new(template: &Template, engine: EngineName, value: ParamValue) -> Option<Rendered> {
        let literal = literal(engine, &value).ok()?;
        let sql = template.render(engine, &BTreeMap::from([("a".to_owned(), value)])).ok()?;
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
    fn around(&self, reading: Lexed) -> Vec<Option<(Kind, &str)>> {
        fn spelled<'s>(sql: &'s str, token: &Token) -> (Kind, &'s str) {
            (token.kind, &sql[token.start..token.end])
        }
        let own: Vec<(Kind, &str)> =
            lexer::lex(reading, &self.literal).0.iter().map(|token| spelled(&self.literal, token)).collect();
        let mut tokens = lexer::lex(reading, &self.sql).0.into_iter().peekable();
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
            assert_eq!(inside, own, "{reading:?}: {}", self.sql);
            around.push(None);
        }
        around
    }
}

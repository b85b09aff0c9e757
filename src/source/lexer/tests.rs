//! Each rule on a text that would be read otherwise without it; `tests/it/statements` puts the same forms to the engines.

use proptest::prelude::*;

use super::*;
use crate::source::DRIVERS;

/// A lexer by its name.
fn lexer(name: &str) -> &'static Lexer {
    readings().into_iter().find(|lexer| lexer.name == name).unwrap()
}

const MYSQL: &str = "mysql";
const PLAIN: &str = "mysql, NO_BACKSLASH_ESCAPES";
const ANSI: &str = "mysql, ANSI_QUOTES";

fn readings() -> Vec<&'static Lexer> {
    DRIVERS.iter().flat_map(|driver| driver.dialect.lexers()).collect()
}

/// What is code in `sql`, blanks left out, or why it is unclear.
fn code<'a>(reading: &str, sql: &'a str) -> Result<Vec<&'a str>, String> {
    let tokens = tokens(lexer(reading), sql).map_err(|unclear| unclear.why)?;
    Ok(tokens.iter().filter(|token| token.kind != Kind::Blank).map(|token| &sql[token.start..token.end]).collect())
}

fn same(reading: &str, sql: &str, wanted: &[&str]) {
    assert_eq!(code(reading, sql).as_deref(), Ok(wanted), "{reading:?}: {sql}");
}

/// Catches a comment that hides code, or code in what looks like a comment.
#[test]
fn comments_are_those_of_the_engine() {
    for reading in readings().into_iter().map(|lexer| lexer.name) {
        same(reading, "1 -- 2\n3", &["1", "3"]);
        same(reading, "1 /* ' */ 2", &["1", "2"]);
        same(reading, "1 -- it's", &["1"]);
        assert!(code(reading, "1 /* 2").is_err(), "{reading:?}");
    }
    for reading in ["postgres", "clickhouse", "duckdb", "spark", "files"] {
        same(reading, "1 /* /* */ 2 */ 3", &["1", "3"]);
        same(reading, "1 --2\n3", &["1", "3"]);
    }
    same("sqlite", "1 /* /* */ 2", &["1", "2"]);
    same(MYSQL, "1 /* /* */ 2", &["1", "2"]);
    same(MYSQL, "1--2", &["1", "-", "-", "2"]);
    same(MYSQL, "1--\x012", &["1"]);
    same(MYSQL, "1 # 2\n3", &["1", "3"]);
    same(MYSQL, "1 #2\n3", &["1", "3"]);
    same("clickhouse", "1 # 2\n3", &["1", "3"]);
    same("clickhouse", "1 #! 2\n3", &["1", "3"]);
    same("clickhouse", "1 #2\n3", &["1", "#", "2", "3"]);
    same("clickhouse", "1 // 2\n3", &["1", "3"]);
    same("postgres", "a #> b // 2\n3", &["a", "#", ">", "b", "/", "/", "2", "3"]);
    same("postgres", "1 -- 2\r3", &["1", "3"]);
    same("sqlite", "1 -- 2\r3", &["1"]);
    for executable in ["1 /*! 2 */", "1 /*!50000 2 */", "1 /*M! 2 */", "1 /*M!100000 2 */"] {
        assert!(code(MYSQL, executable).is_err(), "{executable}");
    }
    for setting in
        ["SELECT /*+ SET_VAR(sql_select_limit = 2) */ 1", "SELECT /*+ NO_ICP(t) set_var (time_zone='SYSTEM')*/ 1"]
    {
        assert!(code(MYSQL, setting).is_err(), "{setting}");
    }
    same(MYSQL, "SELECT /*+ NO_ICP(t) */ 1 /* SET_VAR(a) */", &["SELECT", "1"]);
    assert!(code("files", "1 /*! 2 */").is_err());
    same("postgres", "1 /*! 2 */", &["1"]);
}

/// Catches a quote that ends too early or too late.
#[test]
fn quotes_are_those_of_the_engine() {
    for reading in readings().into_iter().map(|lexer| lexer.name) {
        same(reading, "'a''b' 1", &["'a''b'", "1"]);
        assert!(code(reading, "'a").is_err(), "{reading:?}");
        assert!(code(reading, "1 \0 2").is_err(), "{reading:?}");
    }
    for reading in [MYSQL, ANSI, "clickhouse"] {
        same(reading, r"'a\'b' 1", &[r"'a\'b'", "1"]);
    }
    for reading in [PLAIN, "postgres", "sqlite", "duckdb", "files"] {
        same(reading, r"'a\' 1", &[r"'a\'", "1"]);
    }
    same(MYSQL, r#""a\"b" 1"#, &[r#""a\"b""#, "1"]);
    same(ANSI, r#""a\" 1"#, &[r#""a\""#, "1"]);
    same(MYSQL, r"`a\` 1", &[r"`a\`", "1"]);
    same("clickhouse", r"`a\`b` 1", &[r"`a\`b`", "1"]);
    same("sqlite", "[a'b] 1", &["[a'b]", "1"]);
    same("postgres", "a[1]", &["a", "[", "1", "]"]);
    same("clickhouse", "‘a'b’ “c'd” 1", &["‘a'b’", "“c'd”", "1"]);
    same("clickhouse", "x'41' b'01' ax'1'", &["x'41'", "b'01'", "ax", "'1'"]);
    assert!(code("clickhouse", r"x'4\' 1'").is_err());
}

/// Catches a text of PostgreSQL whose end is taken for that of another form.
#[test]
fn the_texts_of_postgres_have_forms_of_their_own() {
    for (sql, wanted) in [
        (r"E'a\'b' 1", &[r"E'a\'b'", "1"][..]),
        (r"te'a\' 1", &["te", r"'a\'", "1"]),
        (r"U&'\0041''' 1", &[r"U&'\0041'''", "1"]),
        ("U&\"a'b\" 1", &["U&\"a'b\"", "1"]),
        ("'a'\n'b' 1", &["'a'\n'b'", "1"]),
        ("'a' -- '\n -- x\n 'b' 1", &["'a' -- '\n -- x\n 'b'", "1"]),
        ("'a' 'b'", &["'a'", "'b'"]),
        (
            r"E'a'
'\'b' 1",
            &["E'a'\n'\\'b'", "1"],
        ),
        ("$$ ' $$ 1", &["$$ ' $$", "1"]),
        ("$a$ $$ ' $a$ 1", &["$a$ $$ ' $a$", "1"]),
        ("$ä$ ' $ä$ 1", &["$ä$ ' $ä$", "1"]),
        ("a$b$ 1", &["a$b$", "1"]),
        ("$1 + $2", &["$", "1", "+", "$", "2"]),
        ("1.5e-3INTO 0xff", &["1.5e-3", "INTO", "0xff"]),
    ] {
        same("postgres", sql, wanted);
    }
    for unclear in ["$$ a", "$a$ b $$", "1_0$$ ; $$", "E'a\\'"] {
        assert!(code("postgres", unclear).is_err(), "{unclear}");
    }
}

/// Catches what versions of DuckDB read otherwise, and a text whose spaces it may turn into others.
#[test]
fn what_versions_of_duckdb_read_differently_is_refused() {
    for (sql, wanted) in [
        (r"E'a\'b' 1", &[r"E'a\'b'", "1"][..]),
        ("'a'\n'b' 1", &["'a'\n'b'", "1"]),
        ("$a$ $$ ' $a$ 1", &["$a$ $$ ' $a$", "1"]),
        ("u & 1", &["u", "&", "1"]),
        ("f\u{a0}(\u{2003}1\u{feff})", &["f", "(", "1", ")"]),
        ("-- '\u{a0}\n\"a\u{a0}b\"", &["\"a\u{a0}b\""]),
    ] {
        same("duckdb", sql, wanted);
    }
    for unclear in ["`a`", "U&'a'", "u&\"a\"", "E'a'\n'b'", "'a\u{a0}b'", "$$a\u{2060}b$$", "E'\u{3000}'"] {
        assert!(code("duckdb", unclear).is_err(), "{unclear}");
    }
}

/// Catches what Spark runs, calls or puts in place, and what versions of it read differently.
#[test]
fn what_spark_reads_otherwise_than_it_looks_is_refused() {
    for (sql, wanted) in [
        (r"'a\'b' 1", &[r"'a\'b'", "1"][..]),
        (r#""a\"b" 1"#, &[r#""a\"b""#, "1"]),
        (r"r'a\b' X'00' 1", &[r"r'a\b'", "X'00'", "1"]),
        (r"`a\` 1", &[r"`a\`", "1"]),
        ("/*+ BROADCAST(t, u) */ 1", &["1"]),
        ("1a 1.5e3 2", &["1a", "1.5e3", "2"]),
        ("a JOIN b USING (c)", &["a", "JOIN", "b", "USING", "(", "c", ")"]),
        ("identifier, 'x' '(' y", &["identifier", ",", "'x'", "'('", "y"]),
    ] {
        same("spark", sql, wanted);
    }
    for unclear in [
        "TRANSFORM(a) USING 'cat'",
        "TRANSFORM(a) using /* x */ \"cat\"",
        "IDENTIFIER('reflect')('a')",
        "identifier /* x */ (a)",
        "\"reflect\"('a')",
        "'${env:HOME}'",
        "-- ${x}",
        "1 -- a\\\n2",
        r"r'a\' 1'",
        "/*+ a('*/') */",
        "$$a$$",
    ] {
        assert!(code("spark", unclear).is_err(), "{unclear}");
        let (tokens, refused) = lex(lexer("spark"), unclear);
        assert_eq!(tokens.last().map_or(0, |last| last.end), refused.unwrap().offset, "{unclear}");
    }
}

/// Catches what Snowflake runs from within a query, or takes from a text, and what its documentation leaves open.
#[test]
fn what_snowflake_reads_otherwise_than_it_looks_is_refused() {
    for (sql, wanted) in [
        (r"'a\'b' 1", &[r"'a\'b'", "1"][..]),
        ("'it''s' \"a\"\"b\" 1", &["'it''s'", "\"a\"\"b\"", "1"]),
        ("$$a ' -- b$$ 1", &["$$a ' -- b$$", "1"]),
        ("$1 $name 1", &["$1", "$name", "1"]),
        ("1 // 2\n3", &["1", "3"]),
        ("1 --2\r\n3", &["1", "3"]),
        ("X'00' a.b:c::INT", &["X'00'", "a", ".", "b", ":", "c", ":", ":", "INT"]),
        ("a -> b - > > c", &["a", "-", ">", "b", "-", ">", ">", "c"]),
        ("nextval, identifier, 'SYSTEM$WAIT'", &["nextval", ",", "identifier", ",", "'SYSTEM$WAIT'"]),
    ] {
        same("snowflake", sql, wanted);
    }
    for unclear in [
        "SELECT 1 ->> INSERT INTO t SELECT * FROM $1",
        "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
        "SELECT system$wait(1)",
        "SELECT \"SYSTEM$WAIT\"(1)",
        "SELECT seq.NEXTVAL",
        "SELECT seq . /* x */ nextval",
        "SELECT seq.\"NEXTVAL\"",
        "SELECT IDENTIFIER('SYSTEM$WAIT')(1)",
        "SELECT identifier ($name)()",
        "SELECT * FROM @stage/a//b",
        "1 /* /* */ 2",
        "1 -- a\r2",
        "$$a",
        "'a",
    ] {
        assert!(code("snowflake", unclear).is_err(), "{unclear}");
        let (tokens, refused) = lex(lexer("snowflake"), unclear);
        assert_eq!(tokens.last().map_or(0, |last| last.end), refused.unwrap().offset, "{unclear}");
    }
}

/// Catches a text of BigQuery that ends elsewhere than it looks, and what goes on to other statements.
#[test]
fn texts_of_bigquery_have_one_quote_or_three() {
    for (sql, wanted) in [
        (r"'a\'b' 1", &[r"'a\'b'", "1"][..]),
        (r#""it's" 1"#, &[r#""it's""#, "1"]),
        (r"r'a\' 1' 2", &[r"r'a\' 1'", "2"]),
        ("rB\"a\" Br'b' b'c' 1", &["rB\"a\"", "Br'b'", "b'c'", "1"]),
        ("'''a 'b' ''\nc''' 1", &["'''a 'b' ''\nc'''", "1"]),
        ("\"\"\"a \"b\" \"\"\" 1", &["\"\"\"a \"b\" \"\"\"", "1"]),
        ("'' 1", &["''", "1"]),
        (r"`a\`b` 1", &[r"`a\`b`", "1"]),
        ("1 # 2\n3 --4\n5", &["1", "3", "5"]),
        ("a | b > c || d", &["a", "|", "b", ">", "c", "|", "|", "d"]),
        ("@@time_zone", &["@", "@", "time_zone"]),
    ] {
        same("bigquery", sql, wanted);
    }
    for unclear in ["FROM t |> SELECT a", "'''a''", "'a\\'", "`a", "1 /* /* */ 2", "1 # a\r2", "$a"] {
        assert!(code("bigquery", unclear).is_err(), "{unclear}");
    }
}

/// Catches dollar signs that open a text in one version and none in another.
#[test]
fn dollar_signs_are_texts_names_or_refused() {
    same("clickhouse", "$a$ ' $a$ 1", &["$a$ ' $a$", "1"]);
    same("clickhouse", "a$b$ 1", &["a$b$", "1"]);
    same("files", "$$ ' $$ 1", &["$$ ' $$", "1"]);
    same(MYSQL, "a$b 1", &["a$b", "1"]);
    same("sqlite", "$a 1", &["$a", "1"]);
    assert!(code(MYSQL, "$$ ; $$").is_err());
    assert!(code("clickhouse", "$ ' $ ' $ 1").is_err());
    assert!(code("sqlite", "$a(') , 1 , '").is_err());
}

/// White space that only some skip would hide a word, or make two of one.
#[test]
fn a_blank_is_what_the_engine_skips() {
    for reading in ["clickhouse", "duckdb"] {
        same(reading, "a\u{a0}b", &["a", "b"]);
    }
    for reading in ["postgres", MYSQL, "sqlite"] {
        same(reading, "a\u{a0}b", &["a\u{a0}b"]);
        same(reading, "a\tb\nc\rd\x0ce", &["a", "b", "c", "d", "e"]);
    }
}

/// Texts with everything in them that opens, ends or escapes something somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let parts = "['\"`\\[\\]\\\\$#/*!;(){}\n\r\t \u{a0}0-9aExU&_.é‘’“”-]";
    proptest::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    /// Catches a token that is cut inside a character, a gap, an overlap, and a loop.
    #[test]
    fn tokens_follow_each_other_without_gaps(sql in hostile()) {
        for reading in readings().into_iter().map(|lexer| lexer.name) {
            let (tokens, unclear) = lex(lexer(reading), &sql);
            let mut end = 0;
            for token in &tokens {
                prop_assert_eq!(token.start, end);
                prop_assert!(token.end > token.start && sql.get(token.start..token.end).is_some());
                end = token.end;
            }
            let rest = unclear.map_or(sql.len(), |unclear| unclear.offset);
            prop_assert!(end == rest, "{:?}: {} of {}", reading, end, rest);
        }
    }
}

//! Each rule on a text that would be read otherwise without it; `tests/it/statements` puts the same forms to the engines.

use proptest::prelude::*;

use super::*;

const MYSQL: Lexed = Lexed::MySql { backslash: true, ansi_quotes: false };
const PLAIN: Lexed = Lexed::MySql { backslash: false, ansi_quotes: false };
const ANSI: Lexed = Lexed::MySql { backslash: true, ansi_quotes: true };

const READINGS: [Lexed; 7] = [Lexed::Postgres, MYSQL, PLAIN, ANSI, Lexed::ClickHouse, Lexed::Sqlite, Lexed::Files];

/// What is code in `sql`, blanks left out, or why it is unclear.
fn code(reading: Lexed, sql: &str) -> Result<Vec<&str>, String> {
    let tokens = tokens(reading, sql).map_err(|unclear| unclear.why)?;
    Ok(tokens.iter().filter(|token| token.kind != Kind::Blank).map(|token| &sql[token.start..token.end]).collect())
}

fn same(reading: Lexed, sql: &str, wanted: &[&str]) {
    assert_eq!(code(reading, sql).as_deref(), Ok(wanted), "{reading:?}: {sql}");
}

/// Catches a comment that hides code, or code in what looks like a comment.
#[test]
fn comments_are_those_of_the_engine() {
    for reading in READINGS {
        same(reading, "1 -- 2\n3", &["1", "3"]);
        same(reading, "1 /* ' */ 2", &["1", "2"]);
        same(reading, "1 -- it's", &["1"]);
        assert!(code(reading, "1 /* 2").is_err(), "{reading:?}");
    }
    for reading in [Lexed::Postgres, Lexed::ClickHouse, Lexed::Files] {
        same(reading, "1 /* /* */ 2 */ 3", &["1", "3"]);
        same(reading, "1 --2\n3", &["1", "3"]);
    }
    same(Lexed::Sqlite, "1 /* /* */ 2", &["1", "2"]);
    same(MYSQL, "1 /* /* */ 2", &["1", "2"]);
    same(MYSQL, "1--2", &["1", "-", "-", "2"]);
    same(MYSQL, "1--\x012", &["1"]);
    same(MYSQL, "1 # 2\n3", &["1", "3"]);
    same(MYSQL, "1 #2\n3", &["1", "3"]);
    same(Lexed::ClickHouse, "1 # 2\n3", &["1", "3"]);
    same(Lexed::ClickHouse, "1 #! 2\n3", &["1", "3"]);
    same(Lexed::ClickHouse, "1 #2\n3", &["1", "#", "2", "3"]);
    same(Lexed::ClickHouse, "1 // 2\n3", &["1", "3"]);
    same(Lexed::Postgres, "a #> b // 2\n3", &["a", "#", ">", "b", "/", "/", "2", "3"]);
    same(Lexed::Postgres, "1 -- 2\r3", &["1", "3"]);
    same(Lexed::Sqlite, "1 -- 2\r3", &["1"]);
    for executable in ["1 /*! 2 */", "1 /*!50000 2 */", "1 /*M! 2 */", "1 /*M!100000 2 */"] {
        assert!(code(MYSQL, executable).is_err(), "{executable}");
    }
    assert!(code(Lexed::Files, "1 /*! 2 */").is_err());
    same(Lexed::Postgres, "1 /*! 2 */", &["1"]);
}

/// Catches a quote that ends too early or too late.
#[test]
fn quotes_are_those_of_the_engine() {
    for reading in READINGS {
        same(reading, "'a''b' 1", &["'a''b'", "1"]);
        assert!(code(reading, "'a").is_err(), "{reading:?}");
        assert!(code(reading, "1 \0 2").is_err(), "{reading:?}");
    }
    for reading in [MYSQL, ANSI, Lexed::ClickHouse] {
        same(reading, r"'a\'b' 1", &[r"'a\'b'", "1"]);
    }
    for reading in [PLAIN, Lexed::Postgres, Lexed::Sqlite, Lexed::Files] {
        same(reading, r"'a\' 1", &[r"'a\'", "1"]);
    }
    same(MYSQL, r#""a\"b" 1"#, &[r#""a\"b""#, "1"]);
    same(ANSI, r#""a\" 1"#, &[r#""a\""#, "1"]);
    same(MYSQL, r"`a\` 1", &[r"`a\`", "1"]);
    same(Lexed::ClickHouse, r"`a\`b` 1", &[r"`a\`b`", "1"]);
    same(Lexed::Sqlite, "[a'b] 1", &["[a'b]", "1"]);
    same(Lexed::Postgres, "a[1]", &["a", "[", "1", "]"]);
    same(Lexed::ClickHouse, "‘a'b’ “c'd” 1", &["‘a'b’", "“c'd”", "1"]);
    same(Lexed::ClickHouse, "x'41' b'01' ax'1'", &["x'41'", "b'01'", "ax", "'1'"]);
    assert!(code(Lexed::ClickHouse, r"x'4\' 1'").is_err());
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
        same(Lexed::Postgres, sql, wanted);
    }
    for unclear in ["$$ a", "$a$ b $$", "1_0$$ ; $$", "E'a\\'"] {
        assert!(code(Lexed::Postgres, unclear).is_err(), "{unclear}");
    }
}

/// Catches dollar signs that open a text in one version and none in another.
#[test]
fn dollar_signs_are_texts_names_or_refused() {
    same(Lexed::ClickHouse, "$a$ ' $a$ 1", &["$a$ ' $a$", "1"]);
    same(Lexed::ClickHouse, "a$b$ 1", &["a$b$", "1"]);
    same(Lexed::Files, "$$ ' $$ 1", &["$$ ' $$", "1"]);
    same(MYSQL, "a$b 1", &["a$b", "1"]);
    same(Lexed::Sqlite, "$a 1", &["$a", "1"]);
    assert!(code(MYSQL, "$$ ; $$").is_err());
    assert!(code(Lexed::ClickHouse, "$ ' $ ' $ 1").is_err());
    assert!(code(Lexed::Sqlite, "$a(') , 1 , '").is_err());
}

/// White space that only some skip would hide a word, or make two of one.
#[test]
fn a_blank_is_what_the_engine_skips() {
    same(Lexed::ClickHouse, "a\u{a0}b", &["a", "b"]);
    for reading in [Lexed::Postgres, MYSQL, Lexed::Sqlite] {
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
        for reading in READINGS {
            let (tokens, unclear) = lex(reading, &sql);
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

//! Spark, by its `SqlBaseLexer.g4`.
//!
//! A text may end in two quotes, which versions read as one quote or as two texts beside each other: its end is the same.
//! What they read differently is refused: a comment that goes on behind a backslash, and a raw text with a quote behind one.
//! So is what Spark puts in place before it reads a query, and what runs a program or a function by a name in a text.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexed, Lexer, Next, Token, Unclear, each};

/// Functions that call any method of the server's, or another service.
const ACTING: [&str; 5] = ["http_request", "java_method", "reflect", "remote_query", "try_reflect"];

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "spark",
    lex,
    beginnings: &["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &ACTING,
    locks_rows: false,
    fixed: &[],
}];

fn lex(sql: &str) -> Lexed {
    let (mut tokens, unclear) = each(sql, next);
    let Some(mut refused) = unclear.or_else(|| refused(sql, &tokens)) else { return (tokens, None) };
    // Tokens end where what is refused begins.
    tokens.retain(|token| token.end <= refused.offset);
    refused.offset = tokens.last().map_or(0, |last| last.end);
    (tokens, Some(refused))
}

fn next(rest: &str) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '-' if rest.starts_with("--") => {
            let end = scan::line(rest, &['\n', '\r']);
            if rest[..end].ends_with('\\') {
                return Err("a comment ends in a backslash, behind which versions of Spark go on with it; remove it");
            }
            (Kind::Blank, end)
        }
        '/' if rest.starts_with("/*+") => (Kind::Blank, hint(rest)?),
        '/' if rest.starts_with("/*") => return scan::comment(rest, true),
        quote @ ('\'' | '"') => (Kind::Text, scan::quoted(rest, quote, true)?),
        '`' => (Kind::Name, scan::quoted(rest, '`', false)?),
        '$' => return Err("Spark has no text between dollar signs; write it in single quotes"),
        c if c.is_ascii_digit() => number(rest),
        c if word(c) => {
            let end = scan::run(rest, 0, word);
            match (&rest[..end], rest[end..].chars().next()) {
                ("x" | "X", Some(quote @ ('\'' | '"'))) => (Kind::Text, end + scan::quoted(&rest[end..], quote, true)?),
                ("r" | "R", Some(quote @ ('\'' | '"'))) => (Kind::Text, end + raw(&rest[end..], quote)?),
                _ => (Kind::Word, end),
            }
        }
        c => scan::mark(c),
    })
}

/// A number, or a name that begins with digits.
fn number(rest: &str) -> (Kind, usize) {
    let (number, word) = (scan::number(rest), scan::run(rest, 0, word));
    if word > number { (Kind::Word, word) } else { (Kind::Number, number) }
}

/// The length of a text in which a backslash is one.
fn raw(rest: &str, quote: char) -> Result<usize, &'static str> {
    let end = rest[1..].find(quote).map(|end| 1 + end).ok_or(scan::OPEN_QUOTE)?;
    match rest[..end].ends_with('\\') {
        true => {
            Err("versions of Spark end a raw text with a backslash before its quote differently; write '…' instead")
        }
        false => Ok(end + 1),
    }
}

/// The length of a hint, which holds words and numbers.
fn hint(rest: &str) -> Result<usize, &'static str> {
    let end = rest.find("*/").ok_or("a hint does not end; close it with */")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_,().".contains(c);
    match rest[3..end].chars().all(plain) {
        true => Ok(end + 2),
        false => Err("a hint holds more than names and numbers; leave it out"),
    }
}

/// What is no query, though every token of it is clear.
fn refused(sql: &str, tokens: &[Token]) -> Option<Unclear> {
    let unclear = |offset: usize, why: &str| Some(Unclear { offset, why: why.to_owned() });
    if let Some(offset) = sql.find("${") {
        let why = "Spark puts a variable in place of ${…} before it reads a query; write concat('$', '{…')";
        return unclear(offset, why);
    }
    let code: Vec<&Token> = tokens.iter().filter(|token| token.kind != Kind::Blank).collect();
    code.windows(2).find_map(|two| {
        let [one, after] = two else { return None };
        let is = |word: &str| one.kind == Kind::Word && sql[one.start..one.end].eq_ignore_ascii_case(word);
        let called = &sql[after.start..after.end] == "(";
        match after.kind {
            Kind::Text if is("USING") => unclear(one.start, "USING with a text runs a program; leave it out"),
            _ if called && is("IDENTIFIER") => unclear(
                one.start,
                "IDENTIFIER takes a name from a text, in which what is called is not seen; write the name",
            ),
            _ if called && one.kind == Kind::Text => {
                unclear(one.start, "a function is called by a name in quotes; write the name without them")
            }
            _ => None,
        }
    })
}

fn space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

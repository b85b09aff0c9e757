//! Snowflake, by its documentation of literals, comments and names.
//!
//! Its own lexer is not public: what the documentation leaves open is refused, such as a comment within a comment. So is what
//! runs another statement or changes something from within a query: `->>`, functions of the system, and the next value of a
//! sequence; and what takes a name from a text, in which that would not be seen.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexed, Lexer, Next, Token, Unclear, each};

/// Functions that take the next value of a sequence, or read a query from a text.
const ACTING: [&str; 2] = ["getnextval", "to_query"];

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "snowflake",
    lex,
    beginnings: &["SELECT", "WITH", "VALUES"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &ACTING,
    locks_rows: true,
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
        '-' if rest.starts_with("--") => (Kind::Blank, line(rest)?),
        '/' if rest.starts_with("//") => (Kind::Blank, line(rest)?),
        '/' if rest.starts_with("/*") => {
            let (kind, length) = scan::comment(rest, false)?;
            if rest[2..length].contains("/*") {
                return Err("a comment holds the beginning of another one; remove it");
            }
            (kind, length)
        }
        '\'' => (Kind::Text, scan::quoted(rest, '\'', true)?),
        '"' => (Kind::Name, scan::quoted(rest, '"', false)?),
        '$' if rest.starts_with("$$") => {
            let end = rest[2..].find("$$").ok_or(scan::OPEN_QUOTE)?;
            (Kind::Text, 2 + end + 2)
        }
        '$' => (Kind::Word, scan::run(rest, 1, word)),
        '@' => return Err("files of a stage have no columns with types; make an external table of them, or load them"),
        c if c.is_ascii_digit() => (Kind::Number, scan::number(rest)),
        c if word(c) => {
            let end = scan::run(rest, 0, word);
            match (&rest[..end], rest[end..].starts_with('\'')) {
                ("x" | "X", true) => (Kind::Text, end + scan::quoted(&rest[end..], '\'', true)?),
                _ => (Kind::Word, end),
            }
        }
        c => scan::mark(c),
    })
}

/// A comment to the end of the line.
fn line(rest: &str) -> Result<usize, &'static str> {
    let end = scan::line(rest, &['\n']);
    match rest[..end].trim_end_matches('\r').contains('\r') {
        true => Err("a comment holds a carriage return, which may end it; remove it"),
        false => Ok(end),
    }
}

/// What is no query, though every token of it is clear.
fn refused(sql: &str, tokens: &[Token]) -> Option<Unclear> {
    let code: Vec<&Token> = tokens.iter().filter(|token| token.kind != Kind::Blank).collect();
    let text = |token: &Token| &sql[token.start..token.end];
    let unclear = |at: usize, why: &str| Some(Unclear { offset: code[at].start, why: why.to_owned() });
    (0..code.len()).find_map(|at| {
        let after = |ahead: usize| code.get(at + ahead).map_or("", |token| text(token));
        let name = text(code[at]).trim_matches('"').to_ascii_uppercase();
        let is_name = matches!(code[at].kind, Kind::Word | Kind::Name);
        if is_name && name.starts_with("SYSTEM$") {
            return unclear(at, "a function of the system may do more than read; leave it out");
        }
        if is_name && name == "NEXTVAL" && at > 0 && text(code[at - 1]) == "." {
            return unclear(at, "the next value of a sequence changes it; leave it out");
        }
        if code[at].kind == Kind::Word && name == "IDENTIFIER" && after(1) == "(" {
            return unclear(
                at,
                "IDENTIFIER takes a name from a text, in which what is called is not seen; write the name",
            );
        }
        let flows = (text(code[at]), after(1), after(2)) == ("-", ">", ">");
        if flows && code[at].end == code[at + 1].start && code[at + 1].end == code[at + 2].start {
            return unclear(at, "->> runs a second statement; write one SELECT");
        }
        None
    })
}

fn space(c: char) -> bool {
    c.is_whitespace()
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

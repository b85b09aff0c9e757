//! Queries over files, by the very tokenizer of the parser that reads them (`sqlparser`, as DataFusion uses it).

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Location, Token as Found, Tokenizer, Whitespace};

use super::super::lexer::{Kind, Lexed, Lexer, Token, Unclear};

const HINT: &str = "what stands in /*! … */ is code; write it as code, or leave it out";

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "files",
    lex,
    beginnings: &["SELECT", "WITH", "VALUES"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &[],
    locks_rows: true,
    fixed: &[],
}];

fn lex(sql: &str) -> Lexed {
    let mut found = Vec::new();
    let broken = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location_into_buf(&mut found).err();
    let mut places = Places { sql, at: 0, line: 1, column: 1 };
    let mut tokens: Vec<Token> = Vec::with_capacity(found.len());
    for one in &found {
        let start = places.to(one.span.start);
        // A hint is taken apart as if it stood without its marks, at places that say nothing.
        if sql[start..].starts_with("/*!") || tokens.last().is_some_and(|before| before.end != start) {
            return (tokens, Some(Unclear { offset: start, why: HINT.to_owned() }));
        }
        tokens.push(Token { kind: kind(&one.token), start, end: places.to(one.span.end) });
    }
    let unclear = broken.map(|broken| {
        let offset = tokens.last().map_or(0, |last| last.end);
        Unclear { offset, why: format!("{}; correct it there", broken.message) }
    });
    (tokens, unclear)
}

fn kind(token: &Found) -> Kind {
    match token {
        Found::Whitespace(
            Whitespace::Space
            | Whitespace::Newline
            | Whitespace::Tab
            | Whitespace::SingleLineComment { .. }
            | Whitespace::MultiLineComment(_),
        ) => Kind::Blank,
        Found::Word(word) if word.quote_style.is_some() => Kind::Name,
        Found::Word(_) => Kind::Word,
        Found::Number(..) => Kind::Number,
        Found::SingleQuotedString(_)
        | Found::DoubleQuotedString(_)
        | Found::TripleSingleQuotedString(_)
        | Found::TripleDoubleQuotedString(_)
        | Found::DollarQuotedString(_)
        | Found::SingleQuotedByteStringLiteral(_)
        | Found::DoubleQuotedByteStringLiteral(_)
        | Found::SingleQuotedRawStringLiteral(_)
        | Found::DoubleQuotedRawStringLiteral(_)
        | Found::NationalStringLiteral(_)
        | Found::QuoteDelimitedStringLiteral(_)
        | Found::NationalQuoteDelimitedStringLiteral(_)
        | Found::EscapedStringLiteral(_)
        | Found::UnicodeStringLiteral(_)
        | Found::HexStringLiteral(_) => Kind::Text,
        _ => Kind::Mark,
    }
}

/// Turns lines and columns of characters, which only grow, into bytes.
struct Places<'a> {
    sql: &'a str,
    at: usize,
    line: u64,
    column: u64,
}

impl Places<'_> {
    fn to(&mut self, place: Location) -> usize {
        while (self.line, self.column) < (place.line, place.column) {
            let Some(c) = self.sql[self.at..].chars().next() else { break };
            self.at += c.len_utf8();
            if c == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.at
    }
}

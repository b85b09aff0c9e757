//! Where the times of params stand in a query: what is compared with one is compared by the collation of times.
//!
//! SQLite goes by the collation of a literal only where the literal itself is an operand. `IN` goes by what stands before it, and is
//! given the collation there; an `=` with a column, which may become an `IN`, is kept from doing so. What a query selects is
//! compared elsewhere by its column, and `min`, `max` and `nullif` go by their first argument: a time there is refused. A `CASE` and
//! a function with such a comparison inside would hand the collation on to what they give, and are given the usual one.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::lexer::{self, Kind, Token};
use super::lexer::LEXERS;

/// Operators whose operand a literal is, one mark or several.
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// Those that may become an `IN`.
const EQUALS: [&str; 2] = ["=", "=="];

/// Gives the operand before it the collation.
const COLLATED: &str = "COLLATE cutover_times ";

/// Gives a literal the collation, around it.
const LITERAL: [&str; 2] = ["(", " COLLATE cutover_times)"];

/// Takes from what stands before it any collation that is within.
const PLAIN: &str = " COLLATE BINARY ";

/// Words before a parenthesis that call nothing.
const NO_FUNCTIONS: [&str; 35] = [
    "ALL",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "DISTINCT",
    "ELSE",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "FILTER",
    "FROM",
    "GLOB",
    "HAVING",
    "IN",
    "INTERSECT",
    "IS",
    "JOIN",
    "LIKE",
    "LIMIT",
    "MATCH",
    "MATERIALIZED",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "OVER",
    "REGEXP",
    "SELECT",
    "THEN",
    "UNION",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// Functions that compare their arguments by the collation of the first.
const BY_THE_FIRST: [&str; 3] = ["MAX", "MIN", "NULLIF"];

/// Returns `sql` with the collation beside the `times`, which are places of literals in it.
///
/// # Errors
/// Where a time stands that would be compared as a text, and what to write instead.
pub(super) fn collated(sql: &str, times: &[Range<usize>]) -> Result<String, (usize, String)> {
    let tokens: Vec<Token> =
        lexer::lex(&LEXERS[0], sql).0.into_iter().filter(|token| token.kind != Kind::Blank).collect();
    let query = Query::new(sql, tokens);
    let mut added = Vec::new();
    for time in times {
        added.extend(query.beside(time).map_err(|why| (time.start, why.to_owned()))?);
    }
    added.sort_unstable();
    added.dedup();
    let mut text = sql.to_owned();
    for (at, what) in added.into_iter().rev() {
        text.insert_str(at, what);
    }
    Ok(text)
}

/// What is inserted where.
type Added = Vec<(usize, &'static str)>;

/// A query without its blanks.
struct Query<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    /// For each token the parenthesis that is open there.
    opened: Vec<Option<usize>>,
    /// For each parenthesis that opens, the one that closes it.
    closed: BTreeMap<usize, usize>,
}

/// An operand, by its first and its last token.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
}

impl<'a> Query<'a> {
    fn new(sql: &'a str, tokens: Vec<Token>) -> Query<'a> {
        let (mut open, mut opened, mut closed) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (at, token) in tokens.iter().enumerate() {
            let text = &sql[token.start..token.end];
            opened.push(open.last().copied());
            match text {
                "(" => open.push(at),
                ")" => drop(open.pop().and_then(|begun| closed.insert(begun, at))),
                _ => {}
            }
        }
        Query { sql, tokens, opened, closed }
    }

    fn text(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| &self.sql[token.start..token.end])
    }

    fn is(&self, at: Option<usize>, words: &[&str]) -> bool {
        let text = self.text(at);
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    /// What a literal needs to be compared as a time.
    fn beside(&self, time: &Range<usize>) -> Result<Added, &'static str> {
        let literal = [(time.start, LITERAL[0]), (time.end, LITERAL[1])];
        let mut operand = Span {
            first: self.tokens.partition_point(|token| token.start < time.start),
            last: self.tokens.partition_point(|token| token.end < time.end),
        };
        let mut itself = true;
        loop {
            operand = self.without_parentheses(operand);
            let before = operand.first.checked_sub(1);
            if self.is(before, &["IN"]) {
                return self.of_in(operand.first - 1);
            }
            if let Some(mut added) = self.compared(operand) {
                added.extend(literal);
                added.extend(self.plain(operand));
                return Ok(added);
            }
            let called = self.enclosing(operand.first).filter(|open| self.is_argument(*open));
            let listed = self.is(before, &["(", ",", "SELECT", "DISTINCT", "ALL"]);
            if let Some(case) = self.case(operand) {
                operand = case;
            } else if let Some(open) = called {
                if listed && self.is(open.checked_sub(1), &BY_THE_FIRST) {
                    return match self.is(before, &["("]) {
                        true => Ok(literal.into_iter().chain(self.plain(operand)).collect()),
                        false => Err(BEHIND),
                    };
                }
                operand = Span { first: self.callee(open), last: self.closing(open) };
            } else if itself && listed && self.enclosing(operand.first).is_some() {
                return self.listed(operand);
            } else {
                return Ok(Vec::new());
            }
            itself = false;
        }
    }

    /// What an operand of a comparison needs beside its own collation; nothing where it is none.
    fn compared(&self, Span { first, last }: Span) -> Option<Added> {
        let (before, after) = (first.checked_sub(1), Some(last + 1));
        let (left, right) = (self.marks(first, true), self.marks(last + 1, false));
        let is = match () {
            () if self.is(before, &["IS", "BETWEEN"]) => Some(first - 1),
            () if self.is(before, &["NOT"]) && self.is(first.checked_sub(2), &["IS"]) => Some(first - 2),
            () if self.is(before, &["FROM"]) && self.is(first.checked_sub(2), &["DISTINCT"]) => {
                (0..first).rev().find(|at| self.is(Some(*at), &["IS"]))
            }
            () => None,
        };
        if COMPARES.contains(&left) {
            let operator = first - left.len();
            return Some(match self.path(operator) {
                Some(start) if EQUALS.contains(&left) => vec![(start, "+")],
                Some(_) => Vec::new(),
                None => vec![(self.tokens[operator].start, COLLATED)],
            });
        }
        if let Some(word) = is {
            let word = if self.is(word.checked_sub(1), &["NOT"]) { word - 1 } else { word };
            return Some(self.path(word).map_or_else(|| vec![(self.tokens[word].start, COLLATED)], |_| Vec::new()));
        }
        if COMPARES.contains(&right) {
            let other = self.tokens.get(last + 1 + right.len()).filter(|_| EQUALS.contains(&right));
            return Some(other.map(|other| (other.start, "+")).into_iter().collect());
        }
        let negated = self.is(after, &["NOT"]) && self.is(Some(last + 2), &["IN", "BETWEEN"]);
        let other = self.is(before, &["AND", "WHEN", "CASE"]) || self.is(after, &["IS", "IN", "BETWEEN"]) || negated;
        other.then(Vec::new)
    }

    /// An operand with the parentheses around nothing else, which change nothing.
    fn without_parentheses(&self, Span { mut first, mut last }: Span) -> Span {
        while let Some(before) = first.checked_sub(1)
            && (self.text(Some(before)), self.text(Some(last + 1))) == ("(", ")")
            && !self.is_argument(before)
            && !self.is(before.checked_sub(1), &["IN", "VALUES", ","])
        {
            (first, last) = (before, last + 1);
        }
        Span { first, last }
    }

    /// What an element of a list, a row or a selection needs.
    fn listed(&self, operand: Span) -> Result<Added, &'static str> {
        let mut inside = self.enclosing(operand.first);
        while let Some(open) = inside {
            if self.is(open.checked_sub(1), &["IN"]) {
                return self.of_in(open - 1);
            }
            inside = self.enclosing(open);
        }
        Err(SELECTED)
    }

    /// What the `IN` at a token needs, with the `NOT` before it.
    fn of_in(&self, at: usize) -> Result<Added, &'static str> {
        let at = if self.is(at.checked_sub(1), &["NOT"]) { at - 1 } else { at };
        let row = self.text(at.checked_sub(1)) == ")" && {
            let open = self.enclosing(at - 1);
            let commas = |open: usize| {
                (open + 1..at - 1).any(|inner| self.text(Some(inner)) == "," && self.enclosing(inner) == Some(open))
            };
            open.is_some_and(|open| !self.is_argument(open) && commas(open))
        };
        match row {
            true => Err(IN_ROW),
            false => {
                let added = std::iter::once((self.tokens[at].start, COLLATED));
                Ok(added.chain(self.plain(Span { first: at, last: at })).collect())
            }
        }
    }

    /// Keeps the innermost `CASE` or function with a comparison inside from handing its collation on.
    fn plain(&self, mut operand: Span) -> Option<(usize, &'static str)> {
        loop {
            if let Some(case) = self.case(operand) {
                return Some((self.tokens[case.last].end, PLAIN));
            }
            let open = self.enclosing(operand.first)?;
            let last = self.closing(open);
            if self.is_argument(open) {
                // The collation of an argument is no more than that, and nothing may stand before these.
                let whole = !self.is(Some(last + 1), &["OVER", "FILTER"]);
                return whole.then(|| (self.tokens.get(last).map_or(self.sql.len(), |token| token.end), PLAIN));
            }
            if self.is(Some(open + 1), &["SELECT", "WITH", "VALUES"])
                || self.is(open.checked_sub(1), &["FILTER", "OVER"])
            {
                return None;
            }
            operand = Span { first: open, last };
        }
    }

    /// The `CASE` around an operand, within the same parentheses.
    fn case(&self, Span { first, last }: Span) -> Option<Span> {
        let level = self.enclosing(first);
        let same = |at: &usize| self.enclosing(*at) == level;
        let before = (level.map_or(0, |open| open + 1)..first).rev().filter(same);
        let behind = (last + 1..self.tokens.len()).filter(same);
        let (begin, end) = (self.unmatched(before, "CASE", "END")?, self.unmatched(behind, "END", "CASE")?);
        Some(Span { first: begin, last: end })
    }

    /// The first of these tokens that is `word` and has no `other` before it of its own.
    fn unmatched(&self, mut tokens: impl Iterator<Item = usize>, word: &str, other: &str) -> Option<usize> {
        let mut others = 0_usize;
        tokens.find(|at| {
            let is_word = self.is(Some(*at), &[word]);
            let is_outer = is_word && others == 0;
            others = match is_word {
                true => others.saturating_sub(1),
                false => others + usize::from(self.is(Some(*at), &[other])),
            };
            is_outer
        })
    }

    /// Where the name of a column begins that ends before a token, with the names of its table and schema.
    fn path(&self, end: usize) -> Option<usize> {
        let at = end.checked_sub(1).filter(|at| self.is_name(*at))?;
        // The name of a collation, which the one behind it takes the place of.
        let is_collation = self.is(at.checked_sub(1), &["COLLATE"]);
        (!is_collation).then(|| self.tokens[self.whole_name(at)].start)
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens[at].kind == Kind::Name
            || (self.tokens[at].kind == Kind::Word && !self.is(Some(at), &["END", "ISNULL", "NOTNULL", "NULL"]))
    }

    /// The first token of a name with dots that ends at a token.
    fn whole_name(&self, mut at: usize) -> usize {
        while at >= 2 && self.text(Some(at - 1)) == "." && self.is_name(at - 2) {
            at -= 2;
        }
        at
    }

    /// The marks of an operator before, or from, a token on; each is a token.
    fn marks(&self, at: usize, before: bool) -> &str {
        let is_one =
            |at: &usize| self.tokens.get(*at).is_some() && ["=", "<", ">", "!"].contains(&self.text(Some(*at)));
        let (start, end) = match before {
            true => ((0..at).rev().take_while(is_one).last().unwrap_or(at), at),
            false => (at, (at..).take_while(is_one).last().map_or(at, |last| last + 1)),
        };
        match self.tokens.get(start..end) {
            Some([first, .., last]) => &self.sql[first.start..last.end],
            Some([one]) => &self.sql[one.start..one.end],
            _ => "",
        }
    }

    /// The parenthesis that is open at a token, for one that closes the one that it closes.
    fn enclosing(&self, at: usize) -> Option<usize> {
        self.opened.get(at).copied().flatten()
    }

    /// The parenthesis that closes another.
    fn closing(&self, open: usize) -> usize {
        self.closed.get(&open).copied().unwrap_or(self.tokens.len())
    }

    /// Whether a parenthesis holds the arguments of a function.
    fn is_argument(&self, open: usize) -> bool {
        let Some(called) = open.checked_sub(1) else { return false };
        match self.tokens[called].kind {
            Kind::Word => !self.is(Some(called), &NO_FUNCTIONS),
            Kind::Name => true,
            _ => false,
        }
    }

    /// The first token of the name before a parenthesis of arguments.
    fn callee(&self, open: usize) -> usize {
        self.whole_name(open - 1)
    }
}

const BEHIND: &str = "min, max and nullif compare as their first argument, a text; write CASE WHEN column < {{ name }} THEN column ELSE \
                      {{ name }} END, or the other way round";

const SELECTED: &str = "what stands in a row, or is selected by a subquery, is compared as a text; write the placeholder itself beside the column, as \
     in column >= {{ name }}, or make a text of it as the column has it, as in date({{ name }})";

const IN_ROW: &str =
    "a row before IN is compared by its columns, as texts; write column = {{ name }} for each of them, with OR and AND";

#[cfg(test)]
mod tests;

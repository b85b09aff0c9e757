//! A query as its tokens: which parentheses, calls and `CASE`s are around one, and where an operand begins and ends.

use std::collections::BTreeMap;

use super::super::super::lexer::{Kind, Token};

/// Words before a parenthesis that call nothing.
const NO_FUNCTIONS: [&str; 36] = [
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
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// Words that compare, or that say how a comparison goes; before and behind an operand.
const OPERATORS: [&str; 12] =
    ["IS", "IN", "BETWEEN", "LIKE", "GLOB", "MATCH", "REGEXP", "ISNULL", "NOTNULL", "ESCAPE", "NOT", "COLLATE"];

/// Words that begin or end what an operand may be a part of.
const BOUNDS: [&str; 34] = [
    "SELECT",
    "DISTINCT",
    "ALL",
    "FROM",
    "WHERE",
    "ON",
    "HAVING",
    "AND",
    "OR",
    "THEN",
    "ELSE",
    "WHEN",
    "CASE",
    "END",
    "BY",
    "GROUP",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "VALUES",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "AS",
    "WINDOW",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "NATURAL",
    "ASC",
    "DESC",
];

/// A query without its blanks.
pub(super) struct Query<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    /// For each token the parenthesis that is open there.
    opened: Vec<Option<usize>>,
    /// For each parenthesis that opens, the one that closes it.
    closed: BTreeMap<usize, usize>,
}

/// An operand, by its first and its last token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Span {
    /// The token before it.
    pub(super) fn before(self) -> Option<usize> {
        self.first.checked_sub(1)
    }

    /// The token behind it.
    pub(super) fn behind(self) -> Option<usize> {
        Some(self.last + 1)
    }
}

impl<'a> Query<'a> {
    /// A query of these tokens, without blanks.
    pub(super) fn new(sql: &'a str, tokens: Vec<Token>) -> Query<'a> {
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

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens from a byte to another.
    pub(super) fn span(&self, bytes: &std::ops::Range<usize>) -> Span {
        Span {
            first: self.tokens.partition_point(|token| token.start < bytes.start),
            last: self.tokens.partition_point(|token| token.end < bytes.end),
        }
    }

    /// The byte where a token begins.
    pub(super) fn start(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.sql.len(), |token| token.start)
    }

    /// The byte behind a token.
    pub(super) fn end(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.sql.len(), |token| token.end)
    }

    /// The text of a token; empty where there is none.
    pub(super) fn text(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| &self.sql[token.start..token.end])
    }

    /// Whether a token is one of `words`, which no quotes make a name.
    pub(super) fn is(&self, at: Option<usize>, words: &[&str]) -> bool {
        let text = self.text(at);
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    /// Whether a token is a number or a text.
    pub(super) fn is_literal(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Text | Kind::Number))
    }

    /// Whether an operand may begin behind this token: no operator stands there.
    pub(super) fn begins(&self, before: Option<usize>) -> bool {
        match before {
            None => true,
            Some(at) => match self.tokens[at].kind {
                Kind::Mark => ["(", ","].contains(&self.text(before)),
                Kind::Word => self.is(before, &BOUNDS) || self.is(before, &["NOT"]),
                _ => false,
            },
        }
    }

    /// Whether an operand ends before this token: no operator stands there.
    pub(super) fn ends(&self, behind: usize) -> bool {
        match self.tokens.get(behind).map(|token| token.kind) {
            None | Some(Kind::Name) => true,
            Some(Kind::Mark) => [")", ",", ";"].contains(&self.text(Some(behind))),
            Some(Kind::Word) => !self.is(Some(behind), &OPERATORS),
            _ => false,
        }
    }

    /// Whether a token is a mark of a comparison.
    pub(super) fn is_mark(&self, at: usize) -> bool {
        ["=", "<", ">", "!"].contains(&self.text(Some(at)))
    }

    /// The tokens between the bounds around `span`, on its level: before it from near to far, and behind it.
    pub(super) fn around(&self, span: Span) -> (Vec<usize>, Vec<usize>) {
        let level = self.enclosing(span.first);
        let is_bound = |at: &usize| self.text(Some(*at)) == "," || self.is(Some(*at), &BOUNDS);
        let first = level.map_or(0, |open| open + 1);
        let last = level.map_or(self.len(), |open| self.closing(open));
        let before = (first..span.first).rev().filter(|at| self.enclosing(*at) == level);
        let behind = (span.last + 1..last).filter(|at| self.enclosing(*at) == level);
        (before.take_while(|at| !is_bound(at)).collect(), behind.take_while(|at| !is_bound(at)).collect())
    }

    /// The `BETWEEN` to which an `AND` belongs.
    pub(super) fn between(&self, and: usize) -> Option<usize> {
        let (before, _) = self.around(Span { first: and, last: and });
        before.into_iter().find(|at| self.is(Some(*at), &["BETWEEN"]))
    }

    /// An operand with the parentheses around nothing else, which change nothing.
    pub(super) fn without_parentheses(&self, Span { mut first, mut last }: Span) -> Span {
        while let Some(before) = first.checked_sub(1)
            && (self.text(Some(before)), self.text(Some(last + 1))) == ("(", ")")
            && !self.is_argument(before)
            && !self.is(before.checked_sub(1), &["IN", "VALUES", ","])
        {
            (first, last) = (before, last + 1);
        }
        Span { first, last }
    }

    /// The `CASE` around an operand, within the same parentheses.
    pub(super) fn case(&self, Span { first, last }: Span) -> Option<Span> {
        let level = self.enclosing(first);
        let same = |at: &usize| self.enclosing(*at) == level;
        let before = (level.map_or(0, |open| open + 1)..first).rev().filter(same);
        let behind = (last + 1..self.tokens.len()).filter(same);
        let (begin, end) = (self.unmatched(before, "CASE", "END")?, self.unmatched(behind, "END", "CASE")?);
        Some(Span { first: begin, last: end })
    }

    /// Whether each `CASE` has its `END`, so that none of these words is the name of a column.
    pub(super) fn pairs_cases(&self) -> bool {
        let mut open: Vec<Option<usize>> = Vec::new();
        for at in 0..self.len() {
            if self.is(Some(at), &["CASE"]) {
                open.push(self.enclosing(at));
            } else if self.is(Some(at), &["END"]) && open.pop() != Some(self.enclosing(at)) {
                return false;
            }
        }
        open.is_empty()
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

    /// The operand that ends at a token, where it is a name, a literal, a call, a `CASE`, or stands in parentheses.
    pub(super) fn plain_operand(&self, last: usize) -> Option<Span> {
        let first = if self.text(Some(last)) == ")" {
            let open = self.enclosing(last)?;
            if self.is_argument(open) { self.callee(open) } else { open }
        } else if self.is(Some(last), &["END"]) {
            self.case(Span { first: last, last: last.checked_sub(1)? })?.first
        } else if self.is_literal(last) {
            last
        } else if self.is(last.checked_sub(1), &["COLLATE"]) {
            self.plain_operand(last.checked_sub(2)?)?.first
        } else {
            self.path(last)?
        };
        Some(Span { first, last })
    }

    /// Where the name of a column begins that ends at a token, with the names of its table and schema.
    pub(super) fn path(&self, last: usize) -> Option<usize> {
        // The name of a collation is none.
        let is_collation = self.is(last.checked_sub(1), &["COLLATE"]);
        (self.is_name(last) && !is_collation).then(|| self.whole_name(last))
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

    /// The name that a token is, without quotes and in small letters; absent of what is none.
    pub(super) fn name(&self, at: usize) -> Option<String> {
        let is_name = self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Name));
        let text = self.text(Some(at)).trim_matches(['"', '`', '[', ']']);
        is_name.then(|| text.to_ascii_lowercase())
    }

    /// The marks of an operator before, or from, a token on; each is a token.
    pub(super) fn marks(&self, at: usize, before: bool) -> &str {
        let is_one = |at: &usize| self.is_mark(*at);
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
    pub(super) fn enclosing(&self, at: usize) -> Option<usize> {
        self.opened.get(at).copied().flatten()
    }

    /// The parenthesis that closes another.
    pub(super) fn closing(&self, open: usize) -> usize {
        self.closed.get(&open).copied().unwrap_or(self.tokens.len())
    }

    /// Whether a parenthesis holds the arguments of a function.
    pub(super) fn is_argument(&self, open: usize) -> bool {
        let Some(called) = open.checked_sub(1) else { return false };
        match self.tokens[called].kind {
            Kind::Word => !self.is(Some(called), &NO_FUNCTIONS),
            Kind::Name => true,
            _ => false,
        }
    }

    /// The call whose arguments a parenthesis holds.
    pub(super) fn call(&self, open: usize) -> Span {
        Span { first: self.callee(open), last: self.closing(open) }
    }

    /// The same with the `FILTER` and `OVER` behind it.
    pub(super) fn whole_call(&self, open: usize) -> Span {
        let Span { first, mut last } = self.call(open);
        for word in ["FILTER", "OVER"] {
            if self.is(Some(last + 1), &[word]) {
                last = if self.text(Some(last + 2)) == "(" { self.closing(last + 2) } else { last + 2 };
            }
        }
        Span { first, last }
    }

    /// Whether a comma stands between two tokens, on the level of what is in the parenthesis.
    pub(super) fn has_comma(&self, open: usize) -> bool {
        let mut inside = open + 1..self.closing(open);
        inside.any(|at| self.text(Some(at)) == "," && self.enclosing(at) == Some(open))
    }

    /// The first token of the name before a parenthesis of arguments.
    fn callee(&self, open: usize) -> usize {
        self.whole_name(open - 1)
    }
}

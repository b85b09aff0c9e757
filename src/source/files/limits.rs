//! How large a query over files may be: what is beyond is refused before it is parsed.
//!
//! The parser, the planner and even the end of a plan go down into a query as deep as it is nested, and so does every
//! chain of operators. The limits are those that [`STACK`] holds, and keep planning to seconds and to some hundred MiB.

use sqlparser::dialect::{Dialect, GenericDialect};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::super::{Error, ErrorCode};

/// Bytes of a query.
pub(super) const BYTES: usize = 1 << 20;

/// Operators above each other: a chain of them in one expression, with the chains that it stands in.
pub(super) const CHAIN: usize = 250;

/// Parentheses, subqueries, CASE and signs before a value inside each other.
pub(super) const DEPTH: usize = 16;

/// Joins, set operations and queries named by WITH.
pub(super) const PARTS: usize = 50;

/// Stack of a thread that plans and runs a query. Only what is used of it takes memory; a build without optimisation
/// needs some ten times as much.
pub(super) const STACK: usize = if cfg!(debug_assertions) { 512 << 20 } else { 128 << 20 };

/// The stack of a thread that reads files and evaluates expressions: it goes down into values, whose depth has a limit of its
/// own, and into expressions that are planned already. There are several of them to a query, and address space may be scarce.
pub(super) const WORKER_STACK: usize = STACK / 8;

/// Whether a query of any engine can be read here; one of no known form cannot.
pub(in crate::source) fn fits(dialect: &dyn Dialect, sql: &str) -> bool {
    let tokens = (sql.len() <= BYTES).then(|| Tokenizer::new(dialect, sql).tokenize());
    tokens.and_then(Result::ok).map(|tokens| measure(&tokens)).is_some_and(|size| size.fits())
}

/// Does `work` where a query within the limits does not overflow the stack; nothing where no thread starts or it panics.
pub(in crate::source) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// Refuses a query that is too large.
pub(super) fn check(sql: &str) -> Result<(), Error> {
    if sql.len() > BYTES {
        let most = bytesize::ByteSize(BYTES as u64);
        return Err(refused(
            format!("has {} bytes, and at most {most} are read", sql.len()),
            "put long lists into a file, and join it",
        ));
    }
    // What is no SQL is told by the parser.
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return Ok(()) };
    let Size { chain, depth, parts } = measure(&tokens);
    if depth > DEPTH {
        return Err(refused(
            format!("is nested {depth} levels deep, and at most {DEPTH} are read"),
            "name inner queries with WITH, and leave out parentheses that change nothing",
        ));
    }
    if parts > PARTS {
        return Err(refused(
            format!("has {parts} joins, set operations and named queries, and at most {PARTS} are read"),
            "split it into several checks, or put the files together first",
        ));
    }
    if chain > CHAIN {
        return Err(refused(
            format!("has an expression of {chain} operators above each other, and at most {CHAIN} are read"),
            "write x IN (…) in place of many ORs and x NOT IN (…) in place of many ANDs, or join a file of the values",
        ));
    }
    Ok(())
}

fn refused(what: String, way_out: &str) -> Error {
    Error::new(ErrorCode::StatementRefused, format!("the query over files {what}; {way_out}"))
}

/// How large a query is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    chain: usize,
    depth: usize,
    parts: usize,
}

impl Size {
    fn fits(self) -> bool {
        self.chain <= CHAIN && self.depth <= DEPTH && self.parts <= PARTS
    }
}

/// Something that is open: a parenthesis, a CASE, or a sign that waits for its value; and the operators in it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    what: What,
    /// AND, OR and conditions of CASE, which go around the others.
    logic: usize,
    /// Other operators since the last of those.
    other: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Bracket,
    Case,
    Sign,
}

/// Everything that is open at one place of a query.
struct Place {
    open: Vec<Open>,
    /// Whether a value comes next, so that an operator is a sign.
    operand: bool,
}

impl Place {
    fn enter(&mut self, what: What) {
        self.open.push(Open { what, logic: 0, other: 0 });
        self.operand = true;
    }

    /// Ends the signs that had their value.
    fn settle(&mut self) {
        while self.open.last().is_some_and(|last| last.what == What::Sign) {
            self.open.pop();
        }
    }

    /// Leaves the innermost `what`; one that was never entered is the parser's business.
    fn leave(&mut self, what: What) {
        self.settle();
        if self.open.len() > 1 && self.open.last().is_some_and(|last| last.what == what) {
            self.open.pop();
        }
        self.operand = false;
    }

    fn operator(&mut self, logic: bool) {
        self.settle();
        if let Some(last) = self.open.last_mut() {
            (last.logic, last.other) = if logic { (last.logic + 1, 0) } else { (last.logic, last.other + 1) };
        }
        self.operand = true;
    }

    /// Begins another expression; the parts of a CASE stand in each other.
    fn next(&mut self) {
        self.settle();
        if let Some(last) = self.open.last_mut().filter(|last| last.what == What::Bracket) {
            (last.logic, last.other) = (0, 0);
        }
        self.operand = true;
    }
}

fn measure(tokens: &[Token]) -> Size {
    let mut size = Size::default();
    let mut place = Place { open: vec![Open { what: What::Bracket, logic: 0, other: 0 }], operand: true };
    let mut with = false;
    for token in tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))) {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                place.enter(What::Bracket);
                // Only what WITH names follows an AS in parentheses.
                size.parts += usize::from(std::mem::take(&mut with));
            }
            Token::RParen | Token::RBracket | Token::RBrace => place.leave(What::Bracket),
            Token::Word(word) => match word.keyword {
                Keyword::CASE => place.enter(What::Case),
                Keyword::END => place.leave(What::Case),
                Keyword::NOT if place.operand => place.enter(What::Sign),
                Keyword::AND | Keyword::OR | Keyword::XOR | Keyword::WHEN => place.operator(true),
                Keyword::NOT
                | Keyword::IS
                | Keyword::IN
                | Keyword::BETWEEN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::RLIKE
                | Keyword::REGEXP
                | Keyword::SIMILAR
                | Keyword::DIV
                | Keyword::MOD
                | Keyword::COLLATE => place.operator(false),
                Keyword::JOIN | Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT => {
                    size.parts += 1;
                    place.next();
                }
                Keyword::SELECT
                | Keyword::FROM
                | Keyword::WHERE
                | Keyword::HAVING
                | Keyword::ON
                | Keyword::THEN
                | Keyword::ELSE
                | Keyword::BY => place.next(),
                _ => place.operand = false,
            },
            Token::Comma | Token::SemiColon => place.next(),
            Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::Placeholder(_)
            | Token::Period
            | Token::Char(_)
            | Token::HexStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::DollarQuotedString(_) => place.operand = false,
            // All columns.
            Token::Mul if place.operand => place.operand = false,
            // Any other token is an operator: one before its value is a sign.
            _ if place.operand => place.enter(What::Sign),
            _ => place.operator(false),
        }
        with = matches!(token, Token::Word(word) if word.keyword == Keyword::AS);
        size.depth = size.depth.max(place.open.len() - 1);
        size.chain = size.chain.max(place.open.iter().map(|open| open.logic + open.other).sum());
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(sql: &str) -> (usize, usize, usize) {
        let Size { chain, depth, parts } = measure(&Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap());
        (chain, depth, parts)
    }

    /// Catches a form that is counted as flat, so that one of any length reaches the parser.
    #[test]
    fn what_the_parser_nests_is_counted_and_nothing_else() {
        assert_eq!(size("SELECT a, b + 1, c * 2 - d FROM t WHERE a = 1 OR b = 2 OR c = 3"), (3, 0, 0));
        assert_eq!(size("SELECT a FROM t WHERE a IN (1, 2, 3, 4, 5) AND (b = 1 OR (b = 2 OR b = 3))"), (4, 2, 0));
        assert_eq!(size("SELECT - - - a, NOT NOT b FROM t"), (0, 3, 0));
        assert_eq!(size("SELECT a - - 1, -b + -c FROM t"), (1, 1, 0));
        assert_eq!(size("SELECT a::text::int::text FROM t"), (3, 0, 0));
        assert_eq!(size("SELECT CASE WHEN a = 1 THEN CASE WHEN b THEN 1 END WHEN c THEN 2 END AS x FROM t"), (3, 2, 0));
        assert_eq!(size("SELECT * FROM (SELECT * FROM (SELECT * FROM t) AS a) AS b"), (0, 2, 0));
        assert_eq!(size("SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3"), (0, 0, 2));
        assert_eq!(
            size("WITH a AS (SELECT 1), b AS (SELECT 2) SELECT x AS y, (1) FROM a JOIN b ON a.x = b.x"),
            (1, 1, 3)
        );
        assert_eq!(size("SELECT 'OR OR ((', \"AND (\" FROM t -- OR ((("), (0, 0, 0));
        // What is never closed, or was never opened, is refused by the parser.
        assert_eq!(size("SELECT ) END ) (("), (0, 2, 0));
    }
}

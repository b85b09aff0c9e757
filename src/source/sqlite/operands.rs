//! Where the times of params stand in a query, since SQLite compares by the collation of a literal only where the literal itself
//! is an operand.
//!
//! `IN` goes by what stands before it, and is given the collation there; an `=`, which may become one, is kept from doing so. What a query selects is compared elsewhere by its
//! column, and `min`, `max` and `nullif` go by their first argument: a time there is refused.

use std::ops::Range;

use super::super::lexer::{self, Kind, Token};
use super::lexer::LEXERS;

/// What a literal is an operand of, besides [`EQUALS`].
const COMPARES: [&str; 6] = ["<>", "!=", "<", "<=", ">", ">="];

const EQUALS: [&str; 2] = ["=", "=="];

/// What gives an operand before it the collation.
const COLLATED: &str = "COLLATE cutover_times ";

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

/// Returns `sql` with the collation before each `IN` beside one of the `times`, which are places of literals in it.
///
/// # Errors
/// Where a time stands that would be compared as a text, and what to write instead.
pub(super) fn collated(sql: &str, times: &[Range<usize>]) -> Result<String, (usize, String)> {
    let tokens: Vec<Token> =
        lexer::lex(&LEXERS[0], sql).0.into_iter().filter(|token| token.kind != Kind::Blank).collect();
    let query = Query { sql, tokens };
    let mut places = Vec::new();
    for time in times {
        match query.operand(time) {
            Operand::Compared => {}
            Operand::Needs(at, what) => places.push((at, what)),
            Operand::Unseen(why) => return Err((time.start, why.to_owned())),
        }
    }
    places.sort_unstable();
    places.dedup();
    let mut text = sql.to_owned();
    for (at, what) in places.into_iter().rev() {
        text.insert_str(at, what);
    }
    Ok(text)
}

/// How a time is compared.
enum Operand {
    /// By its own collation, or not at all.
    Compared,
    /// As one where this is inserted there.
    Needs(usize, &'static str),
    /// As a text.
    Unseen(&'static str),
}

/// A query without its blanks.
struct Query<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
}

impl Query<'_> {
    fn text(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| &self.sql[token.start..token.end])
    }

    fn is(&self, at: Option<usize>, words: &[&str]) -> bool {
        let text = self.text(at);
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    fn operand(&self, time: &Range<usize>) -> Operand {
        let first = self.tokens.partition_point(|token| token.start < time.start);
        let last = self.tokens.partition_point(|token| token.end < time.end);
        let (mut first, mut last) = (first, last);
        // Parentheses around nothing else change nothing.
        while let Some(before) = first.checked_sub(1)
            && (self.text(Some(before)), self.text(Some(last + 1))) == ("(", ")")
            && !self.is_argument(before)
            && !self.is(before.checked_sub(1), &["IN", "VALUES", ","])
        {
            (first, last) = (before, last + 1);
        }
        let before = first.checked_sub(1);
        if self.is(before, &["IN"]) {
            return self.of_in(first - 1);
        }
        let (left, right) = (self.marks(first, true), self.marks(last + 1, false));
        // Several of these with OR between them become an IN of their column, to which an index answers by its own collation.
        if EQUALS.contains(&left) {
            let operator = first - left.len();
            return match self.path(operator) {
                Some(start) => Operand::Needs(start, "+"),
                None => Operand::Needs(self.tokens[operator].start, COLLATED),
            };
        }
        if EQUALS.contains(&right)
            && let Some(operand) = self.tokens.get(last + 1 + right.len())
        {
            return Operand::Needs(operand.start, "+");
        }
        if COMPARES.contains(&left)
            || COMPARES.contains(&right)
            || self.is(before, &["IS"])
            || self.is(Some(last + 1), &["IS"])
        {
            return Operand::Compared;
        }
        let listed = self.is(before, &["(", ",", "SELECT", "DISTINCT", "ALL"]);
        let mut inside = self.enclosing(first);
        match inside {
            Some(open) if listed && self.is_argument(open) => {
                let by_the_first = self.is(open.checked_sub(1), &BY_THE_FIRST) && self.is(before, &[","]);
                return match by_the_first {
                    true => Operand::Unseen(
                        "min, max and nullif compare as their first argument, a text; write CASE WHEN column < {{ name }} THEN column \
                         ELSE {{ name }} END, or the other way round",
                    ),
                    false => Operand::Compared,
                };
            }
            Some(_) if listed => {}
            _ => return Operand::Compared,
        }
        while let Some(open) = inside {
            if self.is(open.checked_sub(1), &["IN"]) {
                return self.of_in(open - 1);
            }
            inside = self.enclosing(open);
        }
        Operand::Unseen(
            "what stands in a row, or is selected by a subquery, is compared as a text; write the placeholder itself beside the column, as in \
             column >= {{ name }}, or make a text of it as the column has it, as in date({{ name }})",
        )
    }

    /// Where the name of a column begins that ends before a token, with the names of its table and schema.
    fn path(&self, end: usize) -> Option<usize> {
        let is_name = |at: usize| {
            self.tokens[at].kind == Kind::Name
                || (self.tokens[at].kind == Kind::Word && !self.is(Some(at), &["END", "ISNULL", "NOTNULL", "NULL"]))
        };
        let mut at = end.checked_sub(1).filter(|at| is_name(*at))?;
        while at >= 2 && self.text(Some(at - 1)) == "." && is_name(at - 2) {
            at -= 2;
        }
        Some(self.tokens[at].start)
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

    /// The `IN` at a token, with the `NOT` before it; what stands before must take a collation.
    fn of_in(&self, at: usize) -> Operand {
        let at = if self.is(at.checked_sub(1), &["NOT"]) { at - 1 } else { at };
        let row = self.text(at.checked_sub(1)) == ")" && {
            let open = self.enclosing(at - 1);
            let commas = |open: usize| {
                (open + 1..at - 1).any(|inner| self.text(Some(inner)) == "," && self.enclosing(inner) == Some(open))
            };
            open.is_some_and(|open| !self.is_argument(open) && commas(open))
        };
        match row {
            true => Operand::Unseen(
                "a row before IN is compared by its columns, as texts; write column = {{ name }} for each of them, with OR and AND",
            ),
            false => Operand::Needs(self.tokens[at].start, COLLATED),
        }
    }

    /// The parenthesis that is open at a token.
    fn enclosing(&self, at: usize) -> Option<usize> {
        let mut closed = 0_usize;
        (0..at).rev().find(|before| match self.text(Some(*before)) {
            ")" => {
                closed += 1;
                false
            }
            "(" if closed > 0 => {
                closed -= 1;
                false
            }
            text => text == "(",
        })
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
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::source::driver;
    use crate::source::sqlite::times::{TIMES, order};
    use crate::spec::check::{ParamValue, Template};

    /// `sql` with two times and a list of both in it.
    fn rendered(sql: &str) -> Result<String, String> {
        let dialect = driver("sqlite").unwrap().dialect;
        let at = |text: &str| ParamValue::WallClock(text.parse().unwrap());
        let (a, b) = (at("2026-01-01T10:00:00"), at("2026-01-02T00:00:00"));
        let both = ParamValue::List(vec![a.clone(), b.clone()]);
        let params = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b), ("l".to_owned(), both)]);
        Template::parse(sql, Some(dialect)).unwrap().render(dialect, &params).map_err(|error| error.message)
    }

    /// Catches a place in which SQLite compares a time as a text: by an index, a list, a subquery or a function.
    #[test]
    fn a_time_is_compared_as_one_or_refused_wherever_it_stands() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.create_collation(TIMES, order).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (n, at TIMESTAMP UNIQUE, plain TEXT); CREATE INDEX i ON t (plain); \
                 INSERT INTO t SELECT column1, column2, column2 FROM (VALUES (1, '2026-01-01T10:00'), (2, '2026-01-02'), \
                 (3, '2026-01-01T11:00:00'), (4, '2026-01-01 09:00:00'), (5, NULL))",
            )
            .unwrap();
        let rows = |sql: &str| {
            let sql = format!("SELECT group_concat(n) FROM (SELECT n FROM ({sql}) ORDER BY n)");
            connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
        };
        for (condition, expected) in [
            ("at >= {{ a }} AND at < {{ b }}", "1,3"),
            ("at = ({{ a }}) OR ({{ b }}) = at", "1,2"),
            ("at = {{ a }} OR at == {{ b }} OR at = 'x'", "1,2"),
            ("t.at = {{ a }} OR CASE WHEN n = 2 THEN at END = {{ b }} OR (at) = {{ a }}", "1,2"),
            ("{{ a }} = at OR n = 7 OR {{ b }}=at", "1,2"),
            ("at IS {{ a }} OR at IS NOT DISTINCT FROM {{ b }}", "1,2"),
            ("at IN {{ l }}", "1,2"),
            ("t.\"at\" in({{ a }}, {{ b }})", "1,2"),
            ("at NOT IN {{ l }}", "3,4"),
            ("at NOT\nIN ({{ a }})", "2,3,4"),
            ("at IN (VALUES ({{ a }}), ({{ b }}))", "1,2"),
            ("at IN (SELECT {{ a }} UNION ALL SELECT {{ b }})", "1,2"),
            ("at IN (SELECT at FROM t WHERE at >= {{ b }})", "2"),
            ("(at) IN ({{ a }})", "1"),
            ("coalesce(at, 'x') IN ({{ a }}, {{ b }})", "1,2"),
            ("n IN (1, 2) AND at IN ({{ b }})", "2"),
            ("NOT at IN ({{ a }}) AND n < 3", "2"),
            ("coalesce(at, {{ a }}) = {{ a }}", "1,5"),
            ("at BETWEEN {{ a }} AND {{ b }}", "1,2,3"),
            ("CASE at WHEN {{ a }} THEN 1 END", "1"),
            ("min({{ a }}, at) = '2026-01-01 10:00:00'", "1,2,3"),
            ("at >= CASE WHEN n > 0 THEN {{ b }} END", "2"),
            ("date(at) = date({{ a }})", "1,3,4"),
        ] {
            for column in ["at", "plain"] {
                let sql = format!("SELECT n FROM t WHERE {condition}");
                let sql = sql.replace("\"at\"", &format!("\"{column}\"")).replace("at ", &format!("{column} "));
                assert_eq!(rows(&rendered(&sql).unwrap()), expected, "{sql}");
            }
        }
        for (sql, hint) in [
            ("SELECT n FROM t WHERE (at, n) IN (VALUES ({{ a }}, 1))", "column = {{ a }} for each"),
            ("SELECT n FROM t WHERE (at, n) IN (({{ a }}, 1))", "column = {{ a }} for each"),
            ("WITH b AS (SELECT {{ a }} AS lo) SELECT n FROM t, b WHERE at >= lo", "column >= {{ a }}"),
            ("SELECT n FROM t WHERE (at, n) > ({{ a }}, 1)", "column >= {{ a }}"),
            ("WITH b AS (VALUES ({{ a }}, {{ b }})) SELECT n FROM t, b", "column >= {{ a }}"),
            ("SELECT n FROM t, (SELECT 1 AS x, {{ b }} AS lo) AS b WHERE at >= lo", "column >= {{ b }}"),
            ("SELECT n FROM t WHERE at >= (SELECT {{ a }})", "column >= {{ a }}"),
            ("SELECT n, min(at, {{ b }}) AS at FROM t", "CASE WHEN column < {{ b }}"),
            ("SELECT n, nullif(at, {{ b }}) AS at FROM t", "CASE WHEN column < {{ b }}"),
        ] {
            let refused = rendered(sql).expect_err(sql);
            assert!(refused.contains(hint), "{sql}: {refused}");
        }
        for sql in [
            "SELECT {{ a }} AS day, count(*) AS n FROM t",
            "WITH b AS (SELECT datetime({{ a }}) AS lo) SELECT n FROM t, b WHERE at >= lo",
            "SELECT n, strftime('%s', {{ a }}) AS s, max({{ a }}) AS m FROM t",
        ] {
            assert!(rendered(sql).is_ok(), "{sql}");
        }
    }
}

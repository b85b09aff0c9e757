//! Where the times of params stand in a query: what is compared with one is compared by the collation of times.
//!
//! SQLite compares by the collation of an operand and knows no type of times, so each place where one of these times may stand is known
//! by name, and every other is refused: as an operand of a comparison, in the list of an `IN`, handed on to such a place by a
//! `CASE` or by a function that returns an argument, as the argument of a function of dates, or selected by the query itself.

mod leak;
mod query;

use std::ops::Range;

use super::super::lexer::{self, Kind, Token};
use super::lexer::LEXERS;
use leak::kept_inside;
use query::{Query, Span};

/// Operators whose operand a literal is, one mark or several.
const COMPARES: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// Those that may become an `IN`.
const EQUALS: [&str; 2] = ["=", "=="];

/// Gives the operand before it the collation; the outermost collation of an operand counts.
const COLLATED: &str = " COLLATE cutover_times ";

/// Gives a literal the collation, around it.
const LITERAL: [&str; 2] = ["(", " COLLATE cutover_times)"];

/// Functions of dates, which read every form of a time and make a number or a text of their own of it.
const OF_DATES: [&str; 7] = ["DATE", "TIME", "DATETIME", "STRFTIME", "JULIANDAY", "UNIXEPOCH", "TIMEDIFF"];

/// Those of them that make a number.
const NUMBERS: [&str; 2] = ["JULIANDAY", "UNIXEPOCH"];

/// Functions that return one of their arguments as it is, and compare none.
const HANDING_ON: [&str; 3] = ["COALESCE", "IFNULL", "IIF"];

/// Functions that compare their arguments by the collation of the first, and return one.
const BY_THE_FIRST: [&str; 3] = ["MAX", "MIN", "NULLIF"];

/// Words that begin a part of a query.
const CLAUSES: [&str; 14] = [
    "SELECT", "FROM", "WHERE", "ON", "USING", "GROUP", "HAVING", "ORDER", "BY", "LIMIT", "OFFSET", "WINDOW", "VALUES",
    "SET",
];

/// Words that put two answers together, by comparing their values.
const COMPOUNDS: [&str; 3] = ["UNION", "EXCEPT", "INTERSECT"];

/// Returns `sql` with the collation beside the `times`, which are places of literals in it.
///
/// # Errors
/// Where a time stands that would be compared as a text, or that nobody knows how it is compared, and what to write instead.
pub(super) fn collated(sql: &str, times: &[Range<usize>]) -> Result<String, (usize, String)> {
    let tokens: Vec<Token> =
        lexer::lex(&LEXERS[0], sql).0.into_iter().filter(|token| token.kind != Kind::Blank).collect();
    let placing = Placing { query: Query::new(sql, tokens), times };
    if let Some(first) = times.first().filter(|_| !placing.query.pairs_cases()) {
        return Err((first.start, CASES.to_owned()));
    }
    let mut added = Vec::new();
    for time in times {
        added.extend(placing.beside(time).map_err(|why| (time.start, why.to_owned()))?);
    }
    // By their texts, what keeps a collation inside comes before the one that counts outside.
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

/// A query, and the times that are to be placed in it.
struct Placing<'a> {
    query: Query<'a>,
    times: &'a [Range<usize>],
}

impl Placing<'_> {
    /// What a literal needs to be compared as a time.
    fn beside(&self, time: &Range<usize>) -> Result<Added, &'static str> {
        let query = &self.query;
        let literal = query.span(time);
        // Whether the text of the literal may arrive there.
        let mut is_itself = true;
        let mut operand = literal;
        let mut added = Vec::new();
        loop {
            operand = query.without_parentheses(operand);
            let inside = query.enclosing(operand.first);
            // The list of a param.
            if query.is(operand.before(), &["IN"]) {
                return self.of_in(operand.first - 1, added);
            }
            if let Some(found) = self.compared(operand)? {
                added.extend(found);
                added.extend(match operand == literal {
                    true => vec![(time.start, LITERAL[0]), (time.end, LITERAL[1])],
                    false => vec![(query.end(operand.last), COLLATED)],
                });
                added.extend(kept_inside(query, operand)?);
                return Ok(added);
            }
            if let Some(case) = query.case(operand).filter(|_| is_itself) {
                if !(query.is(operand.before(), &["THEN", "ELSE"])
                    && query.is(operand.behind(), &["WHEN", "ELSE", "END"]))
                {
                    return Err(TEXT);
                }
                operand = case;
                continue;
            }
            if let Some(open) = inside.filter(|open| query.is(open.checked_sub(1), &["IN"])) {
                return match (self.is_element(operand), is_itself) {
                    (true, _) => self.of_in(open - 1, added),
                    (false, true) => Err(TEXT),
                    (false, false) => Ok(added),
                };
            }
            let called = inside.filter(|open| query.is_argument(*open) && self.is_element(operand));
            let Some(open) = called else {
                return if is_itself { self.selected(operand).map(|()| added) } else { Ok(added) };
            };
            let function = open.checked_sub(1);
            let is_alone = !query.has_comma(open);
            if query.is(function, &NUMBERS) || (query.is(function, &leak::COUNTING) && is_alone) {
                return Ok(added);
            } else if query.is(function, &OF_DATES) {
                is_itself = false;
            } else if !is_itself {
                return Ok(added);
            } else if query.is(function, &BY_THE_FIRST) && !is_alone {
                if !query.is(operand.before(), &["("]) {
                    return Err(BEHIND);
                }
                added.push((query.end(operand.last), COLLATED));
            } else if !(query.is(function, &HANDING_ON) || (query.is(function, &BY_THE_FIRST) && is_alone)) {
                return Err(TEXT);
            }
            operand = query.call(open);
        }
    }

    /// What the other operand of a comparison needs; absent where `operand` is none of one.
    fn compared(&self, operand: Span) -> Result<Option<Added>, &'static str> {
        let query = &self.query;
        let (left, right) = (query.marks(operand.first, true), query.marks(operand.last + 1, false));
        if COMPARES.contains(&left) && query.ends(operand.last + 1) {
            let operator = operand.first - left.len();
            if left == ">" && query.text(operator.checked_sub(1)) == "-" {
                return Ok(None);
            }
            return self.before(operator, EQUALS.contains(&left)).map(Some);
        }
        if let Some(word) = self.word_before(operand).filter(|_| query.ends(operand.last + 1)) {
            let word = if query.is(word.checked_sub(1), &["NOT"]) { word - 1 } else { word };
            return self.before(word, false).map(Some);
        }
        if !query.begins(operand.before()) {
            return Ok(None);
        }
        if COMPARES.contains(&right) {
            let other = operand.last + 1 + right.len();
            let is_equal = EQUALS.contains(&right) && other < query.len();
            return Ok(Some(if is_equal { vec![(query.start(other), "+")] } else { Vec::new() }));
        }
        let behind = operand.behind();
        let negated = query.is(behind, &["NOT"]) && query.is(Some(operand.last + 2), &["IN", "BETWEEN"]);
        let is_base = query.is(operand.before(), &["CASE"]) && query.is(behind, &["WHEN"]);
        let is_case = query.is(operand.before(), &["WHEN"]) && query.is(behind, &["THEN"]);
        let compares = is_base || is_case || negated || query.is(behind, &["IS", "IN", "BETWEEN"]);
        Ok(compares.then(Vec::new))
    }

    /// The `IS` or `BETWEEN` whose right operand, or one of whose ends, an operand is.
    fn word_before(&self, operand: Span) -> Option<usize> {
        let query = &self.query;
        let (one, two) = (operand.before(), operand.first.checked_sub(2));
        if query.is(one, &["IS", "BETWEEN"]) {
            return one;
        }
        if query.is(one, &["NOT"]) && query.is(two, &["IS"]) {
            return two;
        }
        if query.is(one, &["FROM"]) && query.is(two, &["DISTINCT"]) {
            let is = operand.first.checked_sub(3)?;
            return if query.is(Some(is), &["NOT"]) { is.checked_sub(1) } else { Some(is) };
        }
        if query.is(one, &["AND"]) { query.between(one?) } else { None }
    }

    /// What the operand before an operator needs, so that the collation of the one behind it counts.
    fn before(&self, operator: usize, is_equal: bool) -> Result<Added, &'static str> {
        let query = &self.query;
        let last = operator.checked_sub(1).ok_or(TEXT)?;
        if let Some(first) = query.path(last).filter(|first| query.begins(first.checked_sub(1))) {
            return Ok(if is_equal { vec![(query.start(first), "+")] } else { Vec::new() });
        }
        self.gives(last).then(|| vec![(query.start(operator), COLLATED)]).ok_or(TEXT)
    }

    /// Whether a collation behind the operand that ends at a token is the one that counts.
    fn gives(&self, last: usize) -> bool {
        let query = &self.query;
        if query.plain_operand(last).is_some_and(|operand| query.begins(operand.before())) {
            return true;
        }
        let (before, _) = query.around(Span { first: last + 1, last });
        let from = before.last().copied().unwrap_or(last);
        if query.is(from.checked_sub(1), &["END"]) {
            return false;
        }
        let is_time = |at: usize| self.times.iter().any(|time| query.start(at) == time.start);
        !(from..=last).any(|at| query.is(Some(at), &["COLLATE"]) || is_time(at))
    }

    /// What the `IN` at a token needs, with the `NOT` before it.
    fn of_in(&self, at: usize, mut added: Added) -> Result<Added, &'static str> {
        let query = &self.query;
        let at = if query.is(at.checked_sub(1), &["NOT"]) { at - 1 } else { at };
        let last = at.checked_sub(1).ok_or(TEXT)?;
        let row = query.enclosing(last).filter(|_| query.text(Some(last)) == ")");
        if row.is_some_and(|open| !query.is_argument(open) && query.has_comma(open)) {
            return Err(IN_ROW);
        }
        if !self.gives(last) {
            return Err(TEXT);
        }
        added.push((query.start(at), COLLATED));
        added.extend(kept_inside(query, Span { first: at, last: at })?);
        Ok(added)
    }

    /// Whether an operand is all that stands between two commas or parentheses.
    fn is_element(&self, operand: Span) -> bool {
        self.query.is(operand.before(), &["(", ",", "DISTINCT"]) && self.query.is(operand.behind(), &[")", ","])
    }

    /// Fails unless the query itself selects an operand, and compares it with nothing.
    fn selected(&self, operand: Span) -> Result<(), &'static str> {
        let query = &self.query;
        let at_the_top = |at: &usize| query.enclosing(*at).is_none();
        let clause = |at: usize| (0..at).rev().filter(at_the_top).find(|at| query.is(Some(*at), &CLAUSES));
        let is_compound = |at: usize| query.is(Some(at), &COMPOUNDS) && !query.is(Some(at + 1), &["ALL"]);
        if !at_the_top(&operand.first)
            || !query.is(operand.before(), &["SELECT", "DISTINCT", "ALL", ","])
            || !query.is(clause(operand.first), &["SELECT"])
            || (0..query.len()).filter(at_the_top).any(is_compound)
        {
            return Err(TEXT);
        }
        let ends = |at: usize| at >= query.len() || query.is(Some(at), &[",", ";", "FROM"]);
        let behind = operand.last + 1;
        if ends(behind) {
            return Ok(());
        }
        let alias = if query.is(Some(behind), &["AS"]) { behind + 1 } else { behind };
        let name = query.name(alias).filter(|_| ends(alias + 1)).ok_or(TEXT)?;
        let is_meant = |at: &usize| *at != alias && query.name(*at).as_ref() == Some(&name);
        // A name of a table's column has its table before it; rows are grouped and sorted by what is the same in all.
        let is_harmless =
            |at: usize| query.is(at.checked_sub(1), &["."]) || (at_the_top(&at) && query.is(clause(at), &["BY"]));
        if (0..query.len()).filter(is_meant).all(is_harmless) { Ok(()) } else { Err(ALIAS) }
    }
}

const BEHIND: &str = "min, max and nullif compare as their first argument, a text; write CASE WHEN column < {{ name }} THEN column ELSE \
                      {{ name }} END, or the other way round";

const TEXT: &str = "it may be compared as a text there; write the placeholder itself beside the column, as in column >= {{ name }}, or make \
     a text of it as the column has it, as in datetime({{ name }})";

const ALIAS: &str = "its name stands elsewhere in the query, where it may be compared as a text; give it a name of its own, or make a \
     text of it as the column has it, as in datetime({{ name }})";

const CASES: &str =
    "the query has a CASE without its END, or the reverse; write a column that is called so in double quotes";

const IN_ROW: &str =
    "a row before IN is compared by its columns, as texts; write column = {{ name }} for each of them, with OR and AND";

#[cfg(test)]
mod tests;

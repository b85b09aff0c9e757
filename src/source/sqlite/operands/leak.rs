//! Keeps the collation of a comparison inside the `CASE` or the function that holds it, and out of the one that takes its answer.

use super::query::{Query, Span};

/// Takes from what stands before it any collation that is within.
const PLAIN: &str = " COLLATE BINARY ";

/// Functions that give numbers, which no collation compares.
pub(super) const COUNTING: [&str; 4] = ["COUNT", "SUM", "TOTAL", "AVG"];

/// Gives the innermost `CASE` or function around a comparison the usual collation.
///
/// # Errors
/// Where what it gives is compared with something that may have a collation of its own, which this one would take the place of.
pub(super) fn kept_inside(query: &Query<'_>, comparison: Span) -> Result<Option<(usize, &'static str)>, &'static str> {
    let Some(first) = around(query, comparison) else { return Ok(None) };
    let mut holding = Some(first);
    while let Some(span) = holding {
        if !is_counting(query, span) && !is_alone(query, query.without_parentheses(span)) {
            return Err(COMPARED);
        }
        holding = around(query, span);
    }
    Ok(Some((query.end(first.last), PLAIN)))
}

/// The innermost `CASE` or call around a part of the same query, the call with all that belongs to it.
fn around(query: &Query<'_>, mut part: Span) -> Option<Span> {
    loop {
        if let Some(case) = query.case(part) {
            return Some(case);
        }
        let open = query.enclosing(part.first)?;
        if query.is_argument(open) {
            return Some(query.whole_call(open));
        }
        let is_query = query.is(Some(open + 1), &["SELECT", "WITH", "VALUES"]);
        if is_query || query.is(open.checked_sub(1), &["FILTER", "OVER"]) {
            return None;
        }
        part = Span { first: open, last: query.closing(open) };
    }
}

fn is_counting(query: &Query<'_>, span: Span) -> bool {
    query.is(Some(span.first), &COUNTING) && query.text(Some(span.first + 1)) == "("
}

/// Whether something is compared with nothing, or with a literal, which has no collation. `LIKE` and its kin go by none, and `IN` by
/// that of what stands before it.
fn is_alone(query: &Query<'_>, span: Span) -> bool {
    let (before, behind) = query.around(span);
    let compares = |at: &usize| query.is_mark(*at) || query.is(Some(*at), &["IS", "BETWEEN"]);
    let is_part = |at: usize| compares(&at) || query.is(Some(at), &["NOT", "DISTINCT", "FROM"]);
    let is_fixed =
        |at: Option<usize>| at.is_some_and(|at| query.is_literal(at)) || query.is(at, &["NULL", "TRUE", "FALSE"]);
    let left = before.into_iter().find(compares).map(|at| (0..at).rev().find(|at| !is_part(*at)));
    let right = behind.into_iter().find(compares).map(|at| (at..query.len()).find(|at| !is_part(*at)));
    let is_end = query.is(span.before(), &["AND"]) && query.between(span.first - 1).is_some();
    let is_base = query.is(span.before(), &["CASE"]);
    left.is_none_or(is_fixed) && right.is_none_or(is_fixed) && !is_end && !is_base
}

const COMPARED: &str = "what the CASE or the function around it gives is compared with something else, by another collation than its own; write \
     both comparisons beside each other, as in column >= {{ name }} AND other = 'x'";

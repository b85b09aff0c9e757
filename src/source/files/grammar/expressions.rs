//! Expressions: operators, predicates, casts and calls.

use sqlparser::ast::{
    BinaryOperator, CastKind, DateTimeField, DuplicateTreatment, Expr, Function, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, UnaryOperator, WindowType,
};

use super::functions::{self, SECONDS};
use super::reason::{unknown, without};
use super::types;
use super::windows::{sorted, window};

/// Refuses expressions that are answered otherwise than PostgreSQL does.
pub(super) fn check(expression: &Expr) -> Result<(), String> {
    match expression {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        // Refused where its plan is looked at, with another way to write it.
        | Expr::SimilarTo { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Position { .. }
        | Expr::Overlay { .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Array(_)
        | Expr::Wildcard(_)
        | Expr::QualifiedWildcard(..)
        | Expr::Interval(_) => Ok(()),
        Expr::Trim { trim_where: _, trim_what: _, expr: _, trim_characters } => {
            without(trim_characters.is_some(), "TRIM with a list, which is written TRIM(BOTH … FROM …)")
        }
        Expr::Substring { special: _, shorthand: _, expr: _, substring_from, substring_for: _ } => {
            without(substring_from.is_none(), "SUBSTRING without a place to begin")
        }
        Expr::IsDistinctFrom(_, right) | Expr::IsNotDistinctFrom(_, right) => distinct(right),
        Expr::Like { negated: _, any, expr: _, pattern: _, escape_char: _ }
        | Expr::ILike { negated: _, any, expr: _, pattern: _, escape_char: _ } => without(*any, "LIKE ANY"),
        Expr::BinaryOp { left: _, op, right: _ } => operator(op),
        Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not, expr: _ } => Ok(()),
        Expr::UnaryOp { op, expr: _ } => Err(unknown(&format!("the operator {op} before a value"))),
        Expr::Cast { kind, expr: _, data_type, array, format } => {
            without(*array || format.is_some(), "CAST with ARRAY or FORMAT")?;
            match kind {
                CastKind::Cast | CastKind::DoubleColon => types::check(data_type),
                CastKind::TryCast | CastKind::SafeCast => {
                    Err("TRY_CAST makes NULL of what it cannot read, so that two broken values are equal; write CAST, or CASE \
                         WHEN … THEN CAST(…) END where some values are none"
                        .to_owned())
                }
            }
        }
        Expr::TypedString(text) => types::check(&text.data_type),
        Expr::Extract { field, syntax: _, expr: _ } => extracted(field),
        Expr::Ceil { expr: _, field } | Expr::Floor { expr: _, field } => {
            let plain = matches!(field, sqlparser::ast::CeilFloorKind::DateTimeField(DateTimeField::NoDateTime));
            without(!plain, "CEIL and FLOOR with a second argument")
        }
        Expr::Function(function) => call(function),
        Expr::Tuple(_) => Err("a row of several values is compared as if NULL were a value over files; write a = 1 AND b = 2 \
                               instead of (a, b) = (1, 2), and EXISTS instead of (a, b) IN (SELECT …)"
            .to_owned()),
        Expr::AnyOp { .. } | Expr::AllOp { .. } => {
            Err(unknown("ANY and ALL, which IN (…), NOT IN (…), MIN and MAX replace"))
        }
        Expr::RLike { .. } => Err(unknown("RLIKE and REGEXP, which are written s ~ '…'")),
        Expr::Convert { .. } => Err(unknown("CONVERT, which is written CAST(x AS …)")),
        Expr::Collate { .. } => Err(unknown("COLLATE: texts are compared by their bytes")),
        other => Err(unknown(&format!("`{other}`"))),
    }
}

/// Refuses a right side of IS DISTINCT FROM that has taken in what stands behind it: the parser gives it all that follows.
fn distinct(right: &Expr) -> Result<(), String> {
    match right {
        Expr::BinaryOp { op, .. } if !is_tighter(op) => {}
        Expr::Between { .. }
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::UnaryOp { op: UnaryOperator::Not, .. } => {}
        _ => return Ok(()),
    }
    Err("IS DISTINCT FROM takes all that follows for its right side over files; put it into parentheses: (a IS DISTINCT FROM b) \
         AND …"
        .to_owned())
}

/// Whether an operator binds its sides more tightly than IS DISTINCT FROM does.
fn is_tighter(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Divide, Minus, Modulo, Multiply, Plus, StringConcat};
    matches!(op, Plus | Minus | Multiply | Divide | Modulo | StringConcat)
}

fn operator(op: &BinaryOperator) -> Result<(), String> {
    use BinaryOperator as Op;
    match op {
        Op::Plus
        | Op::Minus
        | Op::Multiply
        | Op::Divide
        | Op::Modulo
        | Op::StringConcat
        | Op::Gt
        | Op::Lt
        | Op::GtEq
        | Op::LtEq
        | Op::Eq
        | Op::NotEq
        | Op::And
        | Op::Or
        | Op::PGRegexMatch
        | Op::PGRegexIMatch
        | Op::PGRegexNotMatch
        | Op::PGRegexNotIMatch => Ok(()),
        Op::BitwiseXor | Op::PGExp => Err(unknown("the operator ^, which is written POWER(x, y)")),
        Op::Spaceship => Err(unknown("the operator <=>, which is written IS NOT DISTINCT FROM")),
        other => Err(unknown(&format!("the operator {other}"))),
    }
}

fn extracted(field: &DateTimeField) -> Result<(), String> {
    match field {
        DateTimeField::Year
        | DateTimeField::Quarter
        | DateTimeField::Month
        | DateTimeField::Week(None)
        | DateTimeField::Day
        | DateTimeField::Dow
        | DateTimeField::Doy
        | DateTimeField::Hour
        | DateTimeField::Minute
        | DateTimeField::Microsecond
        | DateTimeField::Microseconds
        | DateTimeField::Epoch => Ok(()),
        DateTimeField::Second | DateTimeField::Seconds | DateTimeField::Millisecond | DateTimeField::Milliseconds => {
            Err(SECONDS.to_owned())
        }
        other => Err(unknown(&format!("EXTRACT({other} FROM …)"))),
    }
}

/// Refuses calls of functions that are not listed, and clauses of a call that nothing evaluates.
fn call(function: &Function) -> Result<(), String> {
    let Function { name, uses_odbc_syntax, parameters, args, filter, null_treatment, over, within_group } = function;
    let name = name.to_string().to_lowercase();
    without(*uses_odbc_syntax, "{fn …}")?;
    without(!matches!(parameters, FunctionArguments::None), "calls with two lists, such as quantile(0.5)(x)")?;
    let kind = functions::known(&name)?;
    without(
        filter.is_some() && kind != functions::Kind::Aggregate,
        &format!("FILTER behind {}, which is no aggregate", name.to_uppercase()),
    )?;
    without(null_treatment.is_some() && over.is_none(), "IGNORE NULLS and RESPECT NULLS outside of a window")?;
    without(over.is_some() && kind == functions::Kind::Scalar, &format!("OVER behind {}", name.to_uppercase()))?;
    without(over.is_none() && kind == functions::Kind::Window, &format!("{} without OVER", name.to_uppercase()))?;
    let mut distinct = false;
    match args {
        FunctionArguments::None => {}
        FunctionArguments::Subquery(_) => return Err(unknown("a query as the argument of a function")),
        FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }) => {
            distinct = matches!(duplicate_treatment, Some(DuplicateTreatment::Distinct));
            without(distinct && kind != functions::Kind::Aggregate, &format!("DISTINCT in {}", name.to_uppercase()))?;
            for clause in clauses {
                match clause {
                    FunctionArgumentClause::OrderBy(all) if kind == functions::Kind::Aggregate => sorted(all)?,
                    FunctionArgumentClause::OrderBy(_) => {
                        return Err(unknown(&format!("ORDER BY in {}", name.to_uppercase())));
                    }
                    FunctionArgumentClause::IgnoreOrRespectNulls(_) if over.is_some() => {}
                    other => return Err(unknown(&format!("`{other}` in {}", name.to_uppercase()))),
                }
            }
            functions::arguments(&name, args)?;
        }
    }
    sorted(within_group)?;
    without(distinct && over.is_some(), "DISTINCT in an aggregate with OVER")?;
    match over {
        Some(WindowType::WindowSpec(spec)) => window(spec),
        Some(WindowType::NamedWindow(_)) | None => Ok(()),
    }
}

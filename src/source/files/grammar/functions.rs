//! The functions that a query may call.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Value};

use super::reason::unknown;

/// What a function is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The values of one row.
    Scalar,
    /// The rows of a group, or of a window.
    Aggregate,
    /// The rows of a window.
    Window,
}

/// Functions of one row.
const SCALAR: &[&str] = &[
    "abs",
    "array_to_string",
    "arrow_cast",
    "arrow_typeof",
    "ascii",
    "bit_length",
    "btrim",
    "cardinality",
    "ceil",
    "char_length",
    "character_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "contains",
    "current_date",
    "current_timestamp",
    "date_part",
    "date_trunc",
    "datepart",
    "datetrunc",
    "decode",
    "encode",
    "ends_with",
    "exp",
    "floor",
    "from_unixtime",
    "greatest",
    "least",
    "left",
    "length",
    "ln",
    "log10",
    "log2",
    "lower",
    "lpad",
    "ltrim",
    "make_array",
    "make_date",
    "md5",
    "now",
    "nullif",
    "octet_length",
    "pi",
    "pow",
    "power",
    "random",
    "regexp_count",
    "regexp_like",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "signum",
    "split_part",
    "sqrt",
    "starts_with",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "to_char",
    "to_date",
    "to_hex",
    "to_local_time",
    "to_timestamp",
    "translate",
    "trim",
    "union_extract",
    "upper",
    "uuid",
];

/// Functions of the rows of a group, which may be those of a window.
const AGGREGATE: &[&str] = &[
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "first_value",
    "grouping",
    "last_value",
    "max",
    "mean",
    "median",
    "min",
    "nth_value",
    "percentile_cont",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "sum",
    "var_pop",
    "var_samp",
];

/// Functions of the rows of a window alone.
const WINDOW: &[&str] = &["cume_dist", "dense_rank", "lag", "lead", "ntile", "percent_rank", "rank", "row_number"];

/// Functions that make rows, which may stand among the columns.
const ROWS: &[&str] = &["unnest"];

/// Why seconds of a time are refused.
pub(super) const SECONDS: &str = "EXTRACT(second) leaves out what is behind its digits over files; write EXTRACT(microsecond FROM t), \
                                  which counts the seconds in, or EXTRACT(epoch FROM t)";

/// Functions of other dialects, Polars SQL among them, and what does the same.
const OTHERWISE: &[(&str, &str)] = &[
    ("strptime", "TO_TIMESTAMP(x, '%Y-%m-%d %H:%M:%S')"),
    ("quantile_cont", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)"),
    ("quantile_disc", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x), which interpolates"),
    ("stdev", "STDDEV(x)"),
    ("variance", "VAR_SAMP(x)"),
    ("mod", "x % y"),
    ("ceiling", "CEIL(x)"),
    ("log", "LOG10(x)"),
    ("approx_distinct", "COUNT(DISTINCT x)"),
    ("approx_median", "MEDIAN(x)"),
    ("ifnull", "COALESCE(x, y)"),
    ("nvl", "COALESCE(x, y)"),
    ("nvl2", "CASE WHEN x IS NULL THEN z ELSE y END"),
    ("sign", "SIGNUM(x)"),
    ("array_length", "CARDINALITY(x)"),
    ("date_bin", "DATE_TRUNC('hour', t), or FLOOR(EXTRACT(epoch FROM t) / 900) for quarters of an hour"),
    ("date_format", "TO_CHAR(x, '%Y-%m-%d')"),
    ("strftime", "TO_CHAR(x, '%Y-%m-%d')"),
];

/// Fractions whose share of the way between two values is exact in the six digits that DataFusion leaves of it.
const EXACT: &[&str] = &["0", "0.25", "0.5", "0.75", "1"];

/// The kind of the function `name`, in small letters.
///
/// # Errors
/// The name is not listed.
pub(super) fn known(name: &str) -> Result<Kind, String> {
    let kinds: [(&[&str], Kind); 4] =
        [(SCALAR, Kind::Scalar), (AGGREGATE, Kind::Aggregate), (WINDOW, Kind::Window), (ROWS, Kind::Scalar)];
    if let Some((_, kind)) = kinds.iter().find(|(names, _)| names.contains(&name)) {
        return Ok(*kind);
    }
    Err(match OTHERWISE.iter().find(|(other, _)| *other == name) {
        Some((_, instead)) => format!("SQL over files has no function {}; write {instead}", name.to_uppercase()),
        None => unknown(&format!("the function {}", name.to_uppercase())),
    })
}

/// Refuses arguments for which the function `name` does not do what its name says.
pub(super) fn arguments(name: &str, args: &[FunctionArg]) -> Result<(), String> {
    if args.iter().any(|arg| matches!(arg, FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. })) {
        return Err(unknown("arguments by name"));
    }
    let literal = |at: usize| match args.get(at) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))) => match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, _) => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    };
    match name {
        // A format of PostgreSQL has no %, and is the text of every row.
        "to_char" if !literal(1).is_some_and(|format| format.contains('%')) => {
            Err("TO_CHAR takes a format such as '%Y-%m-%d %H:%M:%S' over files, and any other is the text itself; write \
                 TO_CHAR(t, '%Y-%m-%d')"
                .to_owned())
        }
        "percentile_cont" if !literal(0).is_some_and(|share| EXACT.contains(&share)) => {
            Err("PERCENTILE_CONT keeps six digits of the way between two values over files; only 0.25, 0.5 and 0.75 are exact. \
                 Write a check of kind `percentile` over the raw values, which are compared exactly"
                .to_owned())
        }
        "lag" | "lead" if args.len() > 2 && !literal(2).is_some_and(|of| of.bytes().all(|byte| byte.is_ascii_digit())) => {
            Err("the default of LAG and LEAD is cut to the type of the column over files; give an integer, or write CASE WHEN \
                 ROW_NUMBER() OVER (…) = 1 THEN … ELSE LAG(x) OVER (…) END"
                .to_owned())
        }
        "date_part" | "datepart" => match literal(0).map(str::to_lowercase).as_deref() {
            Some("second" | "seconds" | "millisecond" | "milliseconds") => Err(SECONDS.to_owned()),
            Some(_) => Ok(()),
            None => Err(unknown("DATE_PART whose field is no literal")),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a function that is let through and stands on no page, so that no test holds it against PostgreSQL.
    #[test]
    fn the_page_lists_every_function() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/files.md"));
        let (_, list) = page.split_once("### Functions").unwrap();
        let list = list.split("\n### ").next().unwrap();
        for name in SCALAR.iter().chain(AGGREGATE).chain(WINDOW).chain(ROWS) {
            assert!(list.contains(&format!("`{}`", name.to_uppercase())), "{name}");
        }
    }
}

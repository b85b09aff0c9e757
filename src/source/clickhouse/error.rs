//! What the server or the line to it said, as a source error. Never holds a password.

use super::super::{Error, ErrorCode};
use super::address::Address;
use crate::model::Cause;

/// Longest text of a server that is shown; a syntax error lists every token it would have taken.
const LONGEST: usize = 1_000;

/// An error of the client while talking to `address`.
pub(super) fn from_client(cause: clickhouse::error::Error, address: &Address) -> Error {
    use clickhouse::error::Error as Cause;
    match cause {
        Cause::BadResponse(text) => from_server(&text, address),
        Cause::Network(_) => Error::caused(
            ErrorCode::Connection,
            format!(
                "cannot talk to ClickHouse at {}; check host and port (HTTP is 8123, HTTPS 8443) and that the server runs",
                address.host
            ),
            &cause,
        )
        .of_system(),
        _ => Error::caused(
            ErrorCode::ConnectionLost,
            format!("cannot read what ClickHouse at {} answered", address.host),
            &cause,
        ),
    }
}

/// An error in the server's own words: `Code: 62. DB::Exception: … (SYNTAX_ERROR) (version …)`.
pub(super) fn from_server(text: &str, address: &Address) -> Error {
    let text = text.trim();
    let Some((code, rest)) = text.strip_prefix("Code: ").and_then(|rest| rest.split_once('.')) else {
        let message = format!(
            "what answers at {} is not ClickHouse's HTTP interface; check host and port (HTTP is 8123, HTTPS 8443): {}",
            address.host,
            shortened(text)
        );
        return Error::new(ErrorCode::ConnectionLost, message);
    };
    let rest = rest.trim_start().trim_start_matches("DB::Exception:").trim_start();
    let rest = rest.rfind(" (version ").map_or(rest, |end| &rest[..end]);
    let rest = shortened(rest.trim());
    let refused = match code {
        // Who asks and with what password is all that can be wrong here; the server's text adds nothing.
        "192" | "193" | "194" | "516" => Error::new(
            ErrorCode::AccessRefused,
            format!(
                "ClickHouse at {} refuses user `{}` (code {code}); check user and password of the URL",
                address.host, address.user
            ),
        ),
        "159" => Error::new(
            ErrorCode::Timeout,
            "ClickHouse stopped the query (code 159); allow more with `timeout` on the check or --timeout",
        )
        .with_cause(Cause::of_others(rest)),
        "164" => Error::new(
            ErrorCode::QueryRefused,
            format!("ClickHouse refused the query (code 164): {rest}; a run only reads: write one SELECT"),
        ),
        // A time that is none of a day, which Arrow cannot carry.
        "321" if rest.contains("to Arrow") => Error::new(
            ErrorCode::QueryRefused,
            format!("ClickHouse refused the query (code 321): {rest}; cast it in the query, such as toString(x)"),
        ),
        // Arrow counts more than six digits of a second in nanoseconds, which end in 2262.
        "407" if rest.starts_with("Decimal math overflow") => Error::new(
            ErrorCode::QueryRefused,
            format!(
                "ClickHouse refused the query (code 407): {rest}; where it is a DateTime64 of more than 6 digits after 2262, \
                 toString(x) compares it as text"
            ),
        ),
        // A list of decimals beside a column of integers or floats.
        "53" if rest.starts_with("Type mismatch in IN") => Error::new(
            ErrorCode::QueryRefused,
            format!(
                "ClickHouse refused the query (code 53): {rest}; for x IN {{{{ list }}}} write \
                 arrayExists(item -> item = x, array {{{{ list }}}})"
            ),
        ),
        "394" => Error::new(
            ErrorCode::QueryRefused,
            format!("the query was cancelled at the server (code 394): {rest}; run again"),
        ),
        _ => Error::new(ErrorCode::QueryRefused, format!("ClickHouse refused the query (code {code}): {rest}")),
    };
    refused.with_server_code(format!("code {code}"))
}

/// The server's code in an error made by [`from_server`].
pub(super) fn has_code(error: &Error, code: u16) -> bool {
    error.server_code.as_deref() == Some(&format!("code {code}"))
}

/// A syntax error with its position moved back to where it stands in the statement, which begins on the second
/// line of what was sent, after `prefix` characters.
pub(super) fn moved_back(mut error: Error, prefix: usize) -> Error {
    error.message = less(&error.message, "failed at position ", prefix);
    error.message = less(&error.message, "(line ", 1);
    error
}

/// `text` with `by` taken from the number after `mark`.
fn less(text: &str, mark: &str, by: usize) -> String {
    let Some(start) = text.find(mark).map(|at| at + mark.len()) else { return text.to_owned() };
    let end = text[start..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| start + length);
    match text[start..end].parse::<usize>().ok().and_then(|number| number.checked_sub(by)) {
        Some(number) => format!("{}{number}{}", &text[..start], &text[end..]),
        None => text.to_owned(),
    }
}

/// The exception a server wrote into a response whose head had already said all was well.
pub(super) fn exception_in(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let start = text.rfind("DB::Exception:").and_then(|at| text[..at].rfind("Code: "))?;
    text[start..].lines().next().map(|line| line.trim_end().to_owned())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

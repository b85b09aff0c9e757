//! Parses the values of arguments as people write them.

use std::time::Duration;

use crate::report::Format;

/// Parses `NAME=VALUE`; the value may be empty, the name may not.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    // The text itself may be a URL with a password, so it is not repeated.
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Parses a duration such as `15min`; zero is none.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("write a duration such as 30s, 15min or 2h".to_owned()),
    }
}

/// Parses a day such as `2026-12-31`.
pub(crate) fn date(text: &str) -> Result<chrono::NaiveDate, String> {
    text.parse().map_err(|_| "write a date such as 2026-12-31".to_owned())
}

/// Parses a size such as `512MiB`, of 1 MiB or more.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    match text.parse::<bytesize::ByteSize>() {
        Ok(size) if size.as_u64() >= 1 << 20 => Ok(size.as_u64()),
        Ok(_) => Err("at least 1MiB".to_owned()),
        Err(_) => Err("write a size such as 512MiB or 2GiB".to_owned()),
    }
}

/// Parses a size, or `0`.
pub(crate) fn size_or_none(text: &str) -> Result<u64, String> {
    if text == "0" { Ok(0) } else { size(text) }
}

/// Parses the address of a page, which is shown to whoever reads a message and so holds no password.
pub(crate) fn page(text: &str) -> Result<String, String> {
    match url::Url::parse(text) {
        Ok(url)
            if ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none() =>
        {
            Ok(text.to_owned())
        }
        _ => {
            Err("write an address without a password, such as https://ci.example/reports/{run}/report.html".to_owned())
        }
    }
}

/// Parses `FORMAT=PATH`.
pub(crate) fn report(text: &str) -> Result<(Format, String), String> {
    let (format, path) = text.split_once('=').ok_or("write FORMAT=PATH, such as json=report.json")?;
    if path.is_empty() {
        return Err("the path is empty; `-` is stdout".to_owned());
    }
    Ok((Format::parse(format)?, path.to_owned()))
}

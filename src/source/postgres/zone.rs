//! The time zone of a session, where PostgreSQL reads another one than everybody else.

/// Returns `given` as PostgreSQL takes it: an offset is east of UTC, as in ISO 8601 and in every other engine, where PostgreSQL
/// takes the sign for that of POSIX.
///
/// # Errors
/// An offset behind a name, whose sign engines read differently; as the end of a sentence.
pub(super) fn of(given: &str) -> Result<String, String> {
    let given = given.trim();
    let has_offset = |name: &str| name.starts_with(['+', '-']) && name[1..].starts_with(|c: char| c.is_ascii_digit());
    if let Some(rest) = ["UTC", "GMT"].iter().find_map(|name| given.strip_prefix(name)).filter(|rest| has_offset(rest))
    {
        let way = if rest.starts_with('+') { "west" } else { "east" };
        return Err(format!(
            "PostgreSQL takes the timezone {given} for one {way} of UTC; write a region, or an offset such as +02:00, which is east"
        ));
    }
    if !has_offset(given) {
        return Ok(given.to_owned());
    }
    let (sign, rest) = given.split_at(1);
    if rest.chars().all(|c| matches!(c, '0' | ':')) {
        return Ok("UTC".to_owned());
    }
    Ok(format!("<{given}>{}{rest}", if sign == "+" { "-" } else { "+" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an offset that is west on PostgreSQL and east everywhere else.
    #[test]
    fn offsets_are_east_of_utc() {
        for (given, sent) in [
            ("+09:00", "<+09:00>-09:00"),
            ("-05", "<-05>+05"),
            ("UTC", "UTC"),
            ("+00:00", "UTC"),
            ("-00", "UTC"),
            (" +09:00", "<+09:00>-09:00"),
            ("Europe/Berlin", "Europe/Berlin"),
            ("Etc/GMT-9", "Etc/GMT-9"),
        ] {
            assert_eq!(of(given).as_deref(), Ok(sent));
        }
        assert!(of("UTC+9").unwrap_err().contains("west of UTC; write a region"));
        assert!(of("GMT-5").unwrap_err().contains("east"));
    }
}

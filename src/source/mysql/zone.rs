//! Moments that a session in another zone than UTC has no time of its own for.

use chrono::{DateTime, TimeDelta, Utc};

use crate::spec::check::ParamValue;

/// First and last second that `CONVERT_TZ` moves in every version; others come back as they are, and without a word.
const MOVED: [i64; 2] = [1, i32::MAX as i64];

/// Refuses a moment that `CONVERT_TZ` leaves in UTC where the session is `offset` seconds from it, or in a named zone.
pub(super) fn admits(value: &ParamValue, offset: Option<i32>, timezone: &str) -> Result<(), String> {
    match value {
        ParamValue::List(items) => items.iter().try_for_each(|item| admits(item, offset, timezone)),
        ParamValue::Timestamp(moment) if offset != Some(0) && !moved(moment) => {
            let shown = moment.format("%Y-%m-%dT%H:%M:%S%.fZ");
            let clock = offset.and_then(|seconds| moment.checked_add_signed(TimeDelta::seconds(seconds.into())));
            let clock = clock.map_or("as the clock of the session shows it".to_owned(), |clock| {
                clock.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
            });
            Err(format!(
                "MySQL moves no time before 1970-01-01T00:00:01Z or after 2038-01-19T03:14:07Z, such as {shown}, to the zone \
                 of the session, {timezone}; write it without an offset ({clock}), or give the source the timezone UTC"
            ))
        }
        _ => Ok(()),
    }
}

fn moved(moment: &DateTime<Utc>) -> bool {
    (MOVED[0]..=MOVED[1]).contains(&moment.timestamp())
}

//! A share of the keys: the same keys on both sides, in every run, wherever they are picked.
//!
//! A key is examined when the first 64 bits of the MD5 of its text lie below a threshold. MD5, and text, because every
//! server can compute them: a query may pick the same keys as this file does. Each column of the key is its length in
//! bytes, a colon, its text and a comma, and NULL is `-,`; a date is its days since 1970; values that servers print in ways of their own (floats,
//! decimals with a fraction, timestamps) stand as their canonical bytes behind a `#` and are only picked here.

use std::io::Write;

use md5::{Digest, Md5};

use super::{DiffPlan, Failure};
use crate::frame::Frame;
use crate::model::Side;
use crate::spec::check::Sample;

impl DiffPlan {
    /// The rows of `batch` whose keys are in the sample and among those that are wanted; all of them where the check
    /// has no sample and all keys are wanted.
    pub(crate) fn sampled(&self, side: Side, batch: Frame) -> Result<Frame, Failure> {
        let batch = self.wanted(side, batch)?;
        let Some(sample) = &self.sample else { return Ok(batch) };
        let key = self.layout.key_cells(side, &batch)?;
        let mut text = Vec::new();
        let picked = |row: &u32| {
            text.clear();
            key.iter().for_each(|cells| write(cells.cell(*row as usize), &mut text));
            holds(sample, &text)
        };
        let height = u32::try_from(batch.height()).expect("a batch of at most 2³² rows");
        let rows: Vec<u32> = (0..height).filter(picked).collect();
        Ok(if rows.len() == batch.height() { batch } else { batch.take(&rows)? })
    }
}

/// Whether the key with this text is in the sample.
fn holds(sample: &Sample, text: &[u8]) -> bool {
    let digest = Md5::digest(text);
    let head: [u8; 8] = digest[..8].try_into().expect("an MD5 has 16 bytes");
    u64::from_be_bytes(head) < sample.below
}

/// Appends the text of one encoded key value.
fn write(cell: &[u8], out: &mut Vec<u8>) {
    let number: Option<i128> = match cell {
        [b'n', 0, digits @ ..] => digits.try_into().ok().map(i128::from_le_bytes),
        _ => None,
    };
    match cell {
        [b'0'] => out.extend_from_slice(b"-,"),
        [b's', rest @ ..] if rest.len() >= 8 => sized(&rest[8..], b':', out),
        // An integer of more than 128 bits.
        [b'N', rest @ ..] if rest.len() >= 8 && !rest[8..].contains(&b'.') => sized(&rest[8..], b':', out),
        [b'd', days @ ..] if days.len() == 4 => {
            let days = i32::from_le_bytes(days.try_into().expect("four bytes"));
            sized(days.to_string().as_bytes(), b':', out);
        }
        _ => match number {
            Some(number) => sized(number.to_string().as_bytes(), b':', out),
            None => sized(cell, b'#', out),
        },
    }
}

fn sized(bytes: &[u8], kind: u8, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = write!(out, "{}", bytes.len());
    out.push(kind);
    out.extend_from_slice(bytes);
    out.push(b',');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::check::Sample;

    fn text(cells: &[&[u8]]) -> String {
        let mut out = Vec::new();
        cells.iter().for_each(|cell| write(cell, &mut out));
        String::from_utf8(out).unwrap()
    }

    /// Catches keys that would be picked here and not by a server, whose query writes this text.
    #[test]
    fn a_key_is_written_as_servers_can_write_it() {
        let number = [&[b'n', 0][..], &(-7i128).to_le_bytes()].concat();
        let words = [&[b's'][..], &3u64.to_le_bytes(), b"a,b"].concat();
        let date = [&[b'd'][..], &20_454i32.to_le_bytes()].concat();
        assert_eq!(text(&[&number, &words, b"0", &date]), "2:-7,3:a,b,-,5:20454,");
    }

    /// Catches integers beyond 128 bits that are picked otherwise than by a server, and decimals taken for such integers.
    #[test]
    fn a_wide_integer_is_written_by_its_digits_and_a_wide_decimal_is_not() {
        let digits = "1".repeat(40);
        let wide = |digits: &str| [&b"N"[..], &(digits.len() as u64).to_le_bytes(), digits.as_bytes()].concat();
        assert_eq!(text(&[&wide(&digits)]), format!("40:{digits},"));
        let decimal = wide(&format!("{digits}.5"));
        assert_eq!(text(&[&decimal]), format!("51#{},", String::from_utf8(decimal.clone()).unwrap()));
    }

    #[test]
    fn about_the_share_is_picked() {
        let sample = Sample { text: "10%".to_owned(), below: u64::MAX / 10 };
        let picked = (0..10_000).filter(|n: &i32| holds(&sample, format!("{n},").as_bytes())).count();
        assert!((900..1_100).contains(&picked), "{picked}");
        assert!(!holds(&Sample { text: "0%".to_owned(), below: 0 }, b""));
    }
}

//! The rows of a `COPY … TO STDOUT (FORMAT binary)`: the values of the binary protocol, without what it costs per row.
//!
//! The form is that of the server's `copyto.c`: a signature, flags and an extension, then for each row the number of its
//! columns (16 bits), and for each value its length (32 bits, −1 is NULL) and its bytes; −1 columns end it.

use bytes::Bytes;

use super::super::{Error, ErrorCode};
use super::column::Column;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, and the length of the extension.
const HEADER: usize = SIGNATURE.len() + 4 + 4;

/// Takes the stream apart; rows may come in messages of any number.
#[derive(Default)]
pub(super) struct Rows {
    begun: bool,
    ended: bool,
}

impl Rows {
    /// Adds the rows of one message to `columns`; how many they are.
    pub(super) fn read(&mut self, message: &Bytes, columns: &mut [Column]) -> Result<usize, Error> {
        let mut rest: &[u8] = message;
        if !self.begun {
            self.begun = true;
            rest = rest
                .strip_prefix(SIGNATURE)
                .and_then(|rest| rest.get(HEADER - SIGNATURE.len()..))
                .ok_or_else(broken)?;
        }
        let mut rows = 0;
        while !rest.is_empty() {
            let count = i16::from_be_bytes(take(&mut rest)?);
            if count == -1 {
                self.ended = true;
                return if rest.is_empty() { Ok(rows) } else { Err(broken()) };
            }
            if usize::try_from(count) != Ok(columns.len()) || self.ended {
                return Err(broken());
            }
            for column in columns.iter_mut() {
                match u32::try_from(i32::from_be_bytes(take(&mut rest)?)) {
                    Ok(length) => {
                        let (value, after) = rest.split_at_checked(length as usize).ok_or_else(broken)?;
                        column.push(Some(value))?;
                        rest = after;
                    }
                    // Only −1 is NULL.
                    Err(_) => column.push(None)?,
                }
            }
            rows += 1;
        }
        Ok(rows)
    }

    /// Whether the last row was marked as such, so that none is missing.
    pub(super) fn finished(&self) -> Result<(), Error> {
        if self.ended { Ok(()) } else { Err(broken()) }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Error> {
    let (head, after) = rest.split_first_chunk::<N>().ok_or_else(broken)?;
    *rest = after;
    Ok(*head)
}

fn broken() -> Error {
    Error::new(
        ErrorCode::ConnectionLost,
        "the server's rows are cut short or not in the form of COPY; run it again, and check proxies between",
    )
}

#[cfg(test)]
mod tests {
    use super::super::types::Shape;
    use super::*;

    fn stream() -> Vec<Vec<u8>> {
        let header = [SIGNATURE, &[0; 8]].concat();
        let row = |n: i32| [&1i16.to_be_bytes()[..], &4i32.to_be_bytes(), &n.to_be_bytes()].concat();
        let null = [&1i16.to_be_bytes()[..], &(-1i32).to_be_bytes()].concat();
        vec![[header, row(1)].concat(), [row(2), null].concat(), (-1i16).to_be_bytes().to_vec()]
    }

    fn read(messages: &[Vec<u8>]) -> Result<usize, Error> {
        let mut columns = [Column::new("n", "int4", &Shape::Integer(4), 0)];
        let mut rows = Rows::default();
        let mut count = 0;
        for message in messages {
            count += rows.read(&Bytes::copy_from_slice(message), &mut columns)?;
        }
        rows.finished()?;
        Ok(count)
    }

    #[test]
    fn rows_are_read_whatever_messages_they_come_in() {
        assert_eq!(read(&stream()).unwrap(), 3);
        assert_eq!(read(&[stream().concat()]).unwrap(), 3);
    }

    /// Catches half a table that passes for a whole one.
    #[test]
    fn no_beginning_of_a_stream_is_a_result() {
        let whole = stream().concat();
        for end in 0..whole.len() {
            assert!(read(&[whole[..end].to_vec()]).is_err(), "cut after {end} bytes");
        }
        assert!(read(&[whole, vec![0, 1]]).is_err(), "more after the end");
    }
}

//! The marks of an Avro file, one behind each block: whether it is whole, before anything is read of it.

use object_store::{ObjectMeta, ObjectStore};

use super::super::whole::{CUT, FileBytes};
use super::head::{Head, MARK, number};

/// Most bytes of two numbers of Avro.
const NUMBERS: u64 = 20;

/// Most bytes of a head that are read.
const LONGEST: u64 = 16 << 20;

/// Goes from mark to mark, and returns the head.
///
/// # Errors
/// What is wrong with a file that ends early, goes on behind its end, or is none.
pub(super) async fn head(store: &dyn ObjectStore, file: &ObjectMeta) -> Result<Head, String> {
    let bytes = FileBytes { store, file };
    let mut length = 1 << 16;
    let head = loop {
        match Head::read(&bytes.up_to(0..length).await?) {
            Some(head) => break head?,
            None if length < file.size && length < LONGEST => length *= 8,
            None => return Err(CUT.to_owned()),
        }
    };
    let mut at = head.end as u64;
    while at < file.size {
        let numbers = bytes.up_to(at..at + NUMBERS).await?;
        let mut rest = numbers.as_ref();
        let (Some(rows), Some(length)) = (number(&mut rest), number(&mut rest)) else { return Err(CUT.to_owned()) };
        let (Ok(_), Ok(length)) = (u64::try_from(rows), u64::try_from(length)) else {
            return Err("a block of it has a length below 0".to_owned());
        };
        let begin = at + (numbers.len() - rest.len()) as u64;
        let end = begin.saturating_add(length);
        if end.saturating_add(MARK as u64) > file.size {
            return Err(CUT.to_owned());
        }
        if *bytes.all(end..end + MARK as u64).await? != head.mark {
            return Err("a block of it does not end with the mark of the file".to_owned());
        }
        at = end + MARK as u64;
    }
    Ok(head)
}

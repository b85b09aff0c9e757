//! What the blocks of an Avro file are packed with. Each is unpacked as it is read: what it says of its length takes no memory.

use std::io::{self, Cursor, Read};

/// The most that a byte of Snappy stands for, with room.
const SNAPPY: usize = 32;

/// Bytes of the checksum behind a block of Snappy.
const SUM: usize = 4;

/// Returns the bytes of a block that is packed so.
///
/// # Errors
/// A packing that is not known, and a block of Snappy that is damaged.
pub(super) fn unpacked(codec: &str, mut block: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    Ok(match codec {
        "null" => Box::new(block),
        "deflate" => Box::new(flate2::read::DeflateDecoder::new(block)),
        "zstandard" => Box::new(zstd::stream::read::Decoder::new(block)?),
        "bzip2" => Box::new(bzip2::read::MultiBzDecoder::new(block)),
        "xz" => Box::new(liblzma::read::XzDecoder::new(block)),
        "snappy" => {
            let mut packed = Vec::new();
            block.read_to_end(&mut packed)?;
            Box::new(Cursor::new(snappy(&packed).ok_or_else(|| io::Error::other("its snappy data are damaged"))?))
        }
        other => {
            let known = "deflate, snappy, zstandard, bzip2, xz and null";
            return Err(io::Error::other(format!(
                "it is packed with {other}, and {known} are read; write it with one of these"
            )));
        }
    })
}

/// Unpacks a block as a whole, which is the only way there is.
fn snappy(packed: &[u8]) -> Option<Vec<u8>> {
    let (packed, sum) = packed.split_last_chunk::<SUM>()?;
    let length = snap::raw::decompress_len(packed).ok()?;
    if length > packed.len().saturating_mul(SNAPPY) {
        return None;
    }
    let unpacked = snap::raw::Decoder::new().decompress_vec(packed).ok()?;
    let mut found = flate2::Crc::new();
    found.update(&unpacked);
    (found.sum() == u32::from_be_bytes(*sum)).then_some(unpacked)
}

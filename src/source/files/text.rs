//! The bytes of a text file: unpacked as they are read, without the mark at their start.

use std::io::{self, Cursor, Read};

use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::format::{self, Compression};
use super::plain::said;

/// Bytes of a file from behind its mark.
pub(super) type Input = Box<dyn Read + Send>;

/// What the first bytes of a text say of those that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Utf8,
    Utf16,
}

/// Opens `file`: its mark, and what follows it.
///
/// # Errors
/// A file that is absent, may not be read, or is not packed as its name says.
pub(super) fn open(file: &DataFile) -> Result<(Mark, Input), Error> {
    let bytes = file.open().map_err(|cause| {
        Error::new(ErrorCode::SourceMissing, format!("{file} cannot be read: {cause}; check the path"))
    })?;
    let unpacked = unpacked(bytes, packing(file)).map_err(|cause| broken(file, &cause))?;
    marked(unpacked).map_err(|cause| broken(file, &cause))
}

/// Returns the error for a file that could not be read on.
pub(super) fn broken(file: &DataFile, cause: &io::Error) -> Error {
    if let Some(error) = said(cause) {
        return error;
    }
    let packed = match packing(file) {
        Compression::Plain => None,
        Compression::Gzip => Some("gzip"),
        Compression::Zstd => Some("zstd"),
    };
    let (what, hint) = match (packed, cause.kind()) {
        (Some(packed), io::ErrorKind::UnexpectedEof) => {
            (format!("its {packed} data end in the middle"), "copy the file again, whole")
        }
        (Some(packed), _) => {
            (format!("its {packed} data are damaged: {cause}"), "copy the file again, or correct its ending")
        }
        (None, _) => (cause.to_string(), "check that the file is whole"),
    };
    Error::new(ErrorCode::SourceUnfit, format!("{file} cannot be read: {what}; {hint}"))
}

fn packing(file: &DataFile) -> Compression {
    format::of(file.path()).map_or(Compression::Plain, |(format, _)| format.compression)
}

fn unpacked(file: Input, compression: Compression) -> io::Result<Input> {
    Ok(match compression {
        Compression::Plain => file,
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
    })
}

/// Takes the mark away.
fn marked(mut input: Input) -> io::Result<(Mark, Input)> {
    let mut start = Vec::with_capacity(3);
    input.by_ref().take(3).read_to_end(&mut start)?;
    let (mark, length) = match start[..] {
        [0xef, 0xbb, 0xbf, ..] => (Mark::Utf8, 3),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (Mark::Utf16, 0),
        _ => (Mark::None, 0),
    };
    start.drain(..length);
    Ok((mark, Box::new(Cursor::new(start).chain(input))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        packer.include_checksum(true).unwrap();
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn read(name: &str, bytes: &[u8]) -> Result<(Mark, String), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = DataFile::from(folder.path().join(name));
        std::fs::write(path.path(), bytes).unwrap();
        let (mark, mut input) = open(&path).map_err(|error| error.message)?;
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|cause| broken(&path, &cause).message)?;
        Ok((mark, text))
    }

    /// Catches a second member that is left out, a mark that stays, and a file whose packing its name hides.
    #[test]
    fn files_are_unpacked_to_their_end() {
        let two = |pack: fn(&[u8]) -> Vec<u8>| [pack(b"\xef\xbb\xbfa\n"), pack(b""), pack(b"b\n")].concat();
        let (marked, text) = (Mark::Utf8, "a\nb\n".to_owned());
        assert_eq!(read("t.csv", b"\xef\xbb\xbfa\nb\n"), Ok((marked, text.clone())));
        assert_eq!(read("t.csv.gz", &two(gzip)), Ok((marked, text.clone())));
        assert_eq!(read("T.NDJSON.ZST", &two(zstd)), Ok((marked, text)));
        assert_eq!(read("t.csv", b""), Ok((Mark::None, String::new())));
        assert_eq!(read("t.csv.gz", &gzip(b"")), Ok((Mark::None, String::new())));
        assert_eq!(read("t.csv", b"a"), Ok((Mark::None, "a".to_owned())));
    }

    /// Catches a file that was cut anywhere and read as if it were whole.
    #[test]
    fn a_packed_file_that_was_cut_is_an_error() {
        let text: Vec<u8> = (0..24u32).flat_map(|n| format!("{n},{}\n", n * n % 97).into_bytes()).collect();
        for (name, packed, kind) in [("t.csv.gz", gzip(&text), "gzip"), ("t.csv.zst", zstd(&text), "zstd")] {
            assert!(read(name, &packed).is_ok());
            for length in 0..packed.len() {
                let message = read(name, &packed[..length]).unwrap_err();
                assert!(message.contains(&format!("its {kind} data end in the middle")), "{length}: {message}");
                assert!(message.contains(name), "{message}");
            }
            let mut damaged = packed.clone();
            let middle = damaged.len() / 2;
            damaged[middle] ^= 0x55;
            assert!(read(name, &damaged).is_err(), "{name}: a byte changed");
            let message = read(name, b"id,v\n1,a\n2,b\n3,c\n").unwrap_err();
            assert!(message.contains("correct its ending"), "{message}");
        }
    }
}

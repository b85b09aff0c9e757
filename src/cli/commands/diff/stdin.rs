//! A side that comes through standard input: `-`, or `/dev/stdin`. It is read more than once, so it is copied first.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use crate::fs::output::Unfinished;
use crate::model::Sides;

/// Bytes that tell what is coming.
const START: u64 = 1 << 16;

/// What came through standard input, in a folder that is gone with it.
#[derive(Debug)]
pub(super) struct Copied {
    _folder: Unfinished,
    path: PathBuf,
}

/// Copies standard input into a temporary folder where a side is `-`, and returns what the sides then are.
///
/// # Errors
/// Both sides, a terminal, nothing at all, and no space left.
pub(super) fn copied(sides: Sides<Option<String>>) -> Result<(Sides<Option<String>>, Option<Copied>), String> {
    let is_stdin = |given: &Option<String>| matches!(given.as_deref(), Some("-" | "/dev/stdin"));
    let named = sides.iter().find(|(_, given)| is_stdin(given)).map(|(side, _)| side);
    let Some(side) = named else { return Ok((sides, None)) };
    if sides.iter().all(|(_, given)| is_stdin(given)) {
        return Err("both sides are standard input, which holds one; give a path for the other".to_owned());
    }
    if io::stdin().is_terminal() {
        return Err(format!("--{side}: standard input is a terminal; pipe a file or a query's answer into it"));
    }
    let copied =
        copy(io::stdin().lock()).map_err(|cause| format!("--{side}: standard input cannot be copied: {cause}"))?;
    let copied = copied.ok_or_else(|| format!("--{side}: nothing came through standard input"))?;
    let path = copied.path.display().to_string();
    let sides = sides.map(|given| if is_stdin(&given) { Some(path.clone()) } else { given });
    Ok((sides, Some(copied)))
}

/// Copies `input` to a file named after what it holds; absent where it is empty.
fn copy(mut input: impl Read) -> io::Result<Option<Copied>> {
    let mut start = Vec::new();
    input.by_ref().take(START).read_to_end(&mut start)?;
    if start.is_empty() {
        return Ok(None);
    }
    let folder = Unfinished::new(&std::env::temp_dir())?;
    let path = folder.path().join(format!("stdin{}", ending(&start)));
    io::copy(&mut start.chain(input), &mut File::create_new(&path)?)?;
    Ok(Some(Copied { _folder: folder, path }))
}

/// Returns the ending of a file that begins like this: what does not say what it is, is CSV.
fn ending(start: &[u8]) -> String {
    match start {
        [0x1f, 0x8b, ..] => format!("{}.gz", text(&unpacked(flate2::read::MultiGzDecoder::new(start)))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let inside = zstd::stream::read::Decoder::new(start).map(unpacked).unwrap_or_default();
            format!("{}.zst", text(&inside))
        }
        [b'P', b'A', b'R', b'1', ..] => ".parquet".to_owned(),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => ".arrow".to_owned(),
        [b'O', b'b', b'j', 1, ..] => ".avro".to_owned(),
        plain => text(plain).to_owned(),
    }
}

fn text(start: &[u8]) -> &'static str {
    let marked = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if marked.trim_ascii_start().first() == Some(&b'{') { ".ndjson" } else { ".csv" }
}

/// The first bytes of what is packed; what is damaged is told by whoever reads the whole of it.
fn unpacked(mut packed: impl Read) -> Vec<u8> {
    let mut start = vec![0; 64];
    let length = packed.read(&mut start).unwrap_or(0);
    start.truncate(length);
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a file that is read as what it is not, and one that loses its beginning.
    #[test]
    fn what_comes_is_known_by_its_first_bytes() {
        let gzip = |text: &[u8]| {
            let mut packed = Vec::new();
            flate2::read::GzEncoder::new(text, flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
            packed
        };
        for (bytes, ending) in [
            (b"id,v\n1,a\n".to_vec(), ".csv"),
            (b"\xef\xbb\xbf {\"id\":1}\n".to_vec(), ".ndjson"),
            (gzip(b"{\"id\":1}\n"), ".ndjson.gz"),
            (gzip(b"id\n"), ".csv.gz"),
            (zstd::stream::encode_all(&b"{}\n"[..], 1).unwrap(), ".ndjson.zst"),
            (b"PAR1....PAR1".to_vec(), ".parquet"),
            (b"ARROW1..".to_vec(), ".arrow"),
            (b"Obj\x01..".to_vec(), ".avro"),
            (vec![b'x'; 200_000], ".csv"),
        ] {
            let copied = copy(bytes.as_slice()).unwrap().unwrap();
            assert_eq!(copied.path.file_name().unwrap().to_str(), Some(format!("stdin{ending}").as_str()));
            assert_eq!(std::fs::read(&copied.path).unwrap(), bytes);
        }
        assert!(copy(&b""[..]).unwrap().is_none());
    }
}

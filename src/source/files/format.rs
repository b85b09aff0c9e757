//! What a file holds and how it is packed, by the endings of its name.

use std::path::Path;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Parquet,
    Csv,
    /// CSV with tabs.
    Tsv,
    Ndjson,
    /// An Arrow IPC file, also named Feather.
    Arrow,
    Avro,
}

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) kind: Kind,
    pub(super) compression: Compression,
}

const KINDS: [(&str, Kind); 9] = [
    (".parquet", Kind::Parquet),
    (".csv", Kind::Csv),
    (".tsv", Kind::Tsv),
    (".ndjson", Kind::Ndjson),
    (".jsonl", Kind::Ndjson),
    (".arrow", Kind::Arrow),
    (".feather", Kind::Arrow),
    (".ipc", Kind::Arrow),
    (".avro", Kind::Avro),
];

const COMPRESSIONS: [(&str, Compression); 3] =
    [(".gz", Compression::Gzip), (".zst", Compression::Zstd), (".zstd", Compression::Zstd)];

/// Returns what the file at `path` is, and the bytes of the endings that say so, in capitals or not; absent where it is no
/// table. Only text is compressed as a whole.
pub(super) fn of(path: &Path) -> Option<(Format, usize)> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let packed = COMPRESSIONS.iter().find(|(ending, _)| name.ends_with(ending));
    let inner = packed.map_or(name.as_str(), |(ending, _)| &name[..name.len() - ending.len()]);
    let (ending, kind) = KINDS.iter().find(|(ending, _)| inner.ends_with(ending))?;
    let compression = packed.map_or(Compression::Plain, |(_, compression)| *compression);
    let text = matches!(kind, Kind::Csv | Kind::Tsv | Kind::Ndjson);
    (text || compression == Compression::Plain)
        .then_some((Format { kind: *kind, compression }, name.len() - inner.len() + ending.len()))
}

/// Endings of packings that are not undone here.
const PACKED: [&str; 9] = [".bz2", ".xz", ".lz4", ".lzo", ".br", ".snappy", ".sz", ".zip", ".7z"];

/// Returns whether a file that is no table seems to hold rows all the same: a known format in an unknown packing, JSON, or a name
/// without an ending, such as other programs give to the parts of a table.
pub(super) fn seems_data(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_ascii_lowercase) else { return false };
    let packings = PACKED.into_iter().chain(COMPRESSIONS.map(|(ending, _)| ending));
    let inner = packings.into_iter().find_map(|ending| name.strip_suffix(ending));
    let is_known = |name: &str| KINDS.iter().any(|(ending, _)| name.ends_with(ending)) || name.ends_with(".json");
    of(path).is_none() && (is_known(&name) || inner.is_some_and(is_known) || !name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an ending that is read and not named where none is found.
    #[test]
    fn every_ending_is_named() {
        for (ending, _) in KINDS {
            assert!(super::super::tables::ENDINGS.contains(ending), "{ending}");
        }
    }

    /// Catches a file that is left out by its name, and one that is read as what it is not.
    #[test]
    fn a_name_says_what_a_file_is() {
        let of = |name: &str| of(Path::new(name)).map(|(format, endings)| (format.kind, format.compression, endings));
        assert_eq!(of("a/b.c.parquet"), Some((Kind::Parquet, Compression::Plain, 8)));
        assert_eq!(of("ORDERS.CSV.GZ"), Some((Kind::Csv, Compression::Gzip, 7)));
        assert_eq!(of("a.jsonl.zst"), Some((Kind::Ndjson, Compression::Zstd, 10)));
        assert_eq!(of("a.tsv"), Some((Kind::Tsv, Compression::Plain, 4)));
        for none in ["a.parquet.gz", "a.gz", "csv", "a.txt", "a.csv.bz2"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    /// Catches part of a table that is left out in silence, and a note beside it that stands in the way.
    #[test]
    fn what_seems_to_be_data_is_told_from_what_does_not() {
        for name in
            ["part-1.csv.bz2", "A.PARQUET.GZ", "part-3.json", "a.json.gz", "part-00000", "000000_0", "t.ndjson.xz"]
        {
            assert!(seems_data(Path::new(name)), "{name}");
        }
        for name in ["a.csv", "a.csv.gz", "README.md", "notes.txt", "a.sql", "schema.yaml", "a.log.gz"] {
            assert!(!seems_data(Path::new(name)), "{name}");
        }
    }
}

//! Prints how many rows of two CSV files are missing, extra and changed: `csv-diff OLD NEW`, the first column being the key.

use std::error::Error;
use std::fs::File;

use csv_diff::csv::Csv;
use csv_diff::csv_diff::CsvByteDiffLocal;
use csv_diff::diff_row::DiffByteRecord;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = paths.as_slice() else { return Err("usage: csv-diff OLD NEW".into()) };
    let found = CsvByteDiffLocal::new()?
        .diff(Csv::with_reader_seek(File::open(old)?), Csv::with_reader_seek(File::open(new)?))?;
    let (mut missing, mut extra, mut changed) = (0_u64, 0_u64, 0_u64);
    for row in found {
        match row {
            DiffByteRecord::Delete(_) => missing += 1,
            DiffByteRecord::Add(_) => extra += 1,
            DiffByteRecord::Modify { .. } => changed += 1,
        }
    }
    println!("{missing} {extra} {changed}");
    Ok(())
}

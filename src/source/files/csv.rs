//! CSV files: text unless declared, an unquoted empty field NULL, a quoted one empty text, no line ragged.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::*;

use super::super::shared::decimal;
use super::super::{Error, ErrorCode};
use crate::frame;
use crate::frame::{Frame, Type, Value, time};

/// A type that a CSV column may be declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Decimal,
    Float,
    Bool,
    Date,
    Timestamp,
    Text,
}

impl Kind {
    /// Reads a type's name.
    pub(super) fn parse(name: &str) -> Option<Kind> {
        Some(match name {
            "integer" => Kind::Integer,
            "float" => Kind::Float,
            "bool" => Kind::Bool,
            "date" => Kind::Date,
            "timestamp" => Kind::Timestamp,
            "text" => Kind::Text,
            name => {
                let (precision, scale) = name.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
                let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
                (precision <= 38 && scale <= precision).then_some(Kind::Decimal)?
            }
        })
    }

    fn value(self, text: &str, scale: u8) -> Option<Value> {
        Some(match self {
            Kind::Text => Value::Text(text.to_owned()),
            Kind::Integer => Value::Integer(text.parse().ok()?),
            Kind::Float => Value::Float(float(text)?),
            Kind::Bool => Value::Bool(match text {
                "true" | "t" | "1" => true,
                "false" | "f" | "0" => false,
                _ => return None,
            }),
            // Zeros at the end of a fraction are no digits that could be lost.
            Kind::Decimal => {
                match decimal::parse(if text.contains('.') { text.trim_end_matches('0') } else { text })? {
                    value @ Value::Decimal { scale: own, .. } if own <= scale => value,
                    _ => return None,
                }
            }
            Kind::Date => Value::Date(time::date(text)?),
            Kind::Timestamp => Value::WallClock(time::wall_clock(text)?),
        })
    }

    fn canonical(self, scale: u8) -> Type {
        match self {
            Kind::Text => Type::Text,
            Kind::Integer => Type::Integer,
            Kind::Decimal => Type::Decimal { scale },
            Kind::Float => Type::Float,
            Kind::Bool => Type::Bool,
            Kind::Date => Type::Date,
            Kind::Timestamp => Type::WallClock,
        }
    }
}

/// The nearest float; absent where that would be an infinity or a zero that the text does not name.
fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let named = match value {
        value if value.is_infinite() => !text.contains(|c: char| c.is_ascii_digit()),
        0.0 => !mantissa.contains(|c: char| ('1'..='9').contains(&c)),
        _ => true,
    };
    named.then_some(value)
}

fn scale(name: &str) -> u8 {
    let scale = name.trim_end_matches(')').rsplit(',').next().and_then(|scale| scale.trim().parse().ok());
    scale.unwrap_or(0)
}

/// The table `name` in `file`.
pub(super) fn read(name: &str, file: &Path, types: &BTreeMap<String, String>) -> Result<LazyFrame, Error> {
    let unreadable = |cause: &dyn std::fmt::Display| {
        Error::new(
            ErrorCode::SourceUnfit,
            format!("{} cannot be read as CSV: {cause}; correct the file", file.display()),
        )
    };
    let bytes = std::fs::read(file).map_err(|cause| unreadable(&cause))?;
    let (header, records) = even(&bytes, &unreadable)?;
    let schema: Schema = header.iter().map(|column| Field::new(column.as_str().into(), DataType::String)).collect();
    let path = file.to_str().ok_or_else(|| unreadable(&"its path is not UTF-8"))?;
    let text = match records {
        None => LazyCsvReader::new(PlRefPath::new(path)),
        // Polars takes a blank line for a row of NULLs.
        Some(records) => LazyCsvReader::new_with_sources(ScanSources::Buffers(Arc::new([records.into()]))),
    };
    let text = text
        .with_has_header(true)
        .with_schema(Some(Arc::new(schema)))
        .with_missing_is_null(true)
        .with_glob(false)
        .with_cache(false)
        .finish()
        .map_err(|cause| unreadable(&cause))?;
    let declared: BTreeMap<&str, &str> = header
        .iter()
        .filter_map(|column| {
            let of = types.get(&format!("{name}.{column}")).or_else(|| types.get(column))?;
            Some((column.as_str(), of.as_str()))
        })
        .collect();
    if declared.is_empty() {
        return Ok(text);
    }
    let all = text.collect().map_err(|cause| unreadable(&cause))?;
    let all = Frame::from_series(
        all.columns().iter().map(|column| column.as_materialized_series().clone()).collect(),
        vec![Type::Text; all.width()],
    )
    .map_err(|cause| unreadable(&cause))?;
    let mut columns = Vec::new();
    for column in &header {
        let of = declared.get(column.as_str()).copied().unwrap_or("text");
        let kind = Kind::parse(of).unwrap_or(Kind::Text);
        let scale = scale(of);
        let mut values = Vec::with_capacity(all.height());
        for (index, value) in all.values(column).into_iter().enumerate() {
            let Value::Text(text) = value else {
                values.push(Value::Null);
                continue;
            };
            values.push(kind.value(&text, scale).ok_or_else(|| {
                let message = format!(
                    "{}, row {}, column `{column}`: {text:?} is no {of}; correct the file or the type",
                    file.display(),
                    index + 1
                );
                Error::new(ErrorCode::ValueUnreadable, message)
            })?);
        }
        columns.push(frame::Column { name: column.clone(), of: kind.canonical(scale), values });
    }
    Frame::from_columns(columns).map(|frame| frame.data().clone().lazy()).map_err(|cause| unreadable(&cause))
}

/// The header, once every line was seen to have as many fields: Polars fills short lines with NULL. Where there are blank
/// lines, which are no rows, also the records without them.
fn even(
    bytes: &[u8],
    unreadable: &dyn Fn(&dyn std::fmt::Display) -> Error,
) -> Result<(Vec<String>, Option<Vec<u8>>), Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).has_headers(false).from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let (mut header, mut blank, mut starts) = (Vec::new(), false, Vec::new());
    loop {
        let mut at = usize::try_from(reader.position().byte()).expect("a place in memory");
        // The end of a line is read up to the first of its two characters.
        at += usize::from(at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n'));
        blank |= matches!(bytes.get(at), Some(b'\n' | b'\r'));
        if !reader.read_record(&mut record).map_err(|cause| unreadable(&cause))? {
            break;
        }
        if starts.is_empty() {
            header = record.iter().map(str::to_owned).collect();
        }
        starts.push(at);
    }
    if header.is_empty() {
        return Err(unreadable(&"it has no header line"));
    }
    if let Some(twice) = header.iter().enumerate().find(|(at, name)| header[..*at].contains(name)).map(|(_, name)| name)
    {
        return Err(unreadable(&format!("the header names `{twice}` twice")));
    }
    if !blank {
        return Ok((header, None));
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let mut records = Vec::with_capacity(bytes.len());
    for (start, end) in starts.iter().zip(ends) {
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let record = &bytes[*start..end];
        let blanks = record.iter().take_while(|byte| is_end(byte)).count();
        let ends = record.iter().rev().take_while(|byte| is_end(byte)).count();
        records.extend_from_slice(&record[blanks..record.len() - ends]);
        records.push(b'\n');
    }
    Ok((header, Some(records)))
}

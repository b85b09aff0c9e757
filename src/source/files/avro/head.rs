//! The head of an Avro file: its schema, how its blocks are packed, and the mark behind each.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::names::resolved;

/// First bytes of a file.
const MAGIC: &[u8; 4] = b"Obj\x01";

/// Bytes of the mark.
pub(super) const MARK: usize = 16;

/// What a head says.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Head {
    /// Its bytes.
    pub(super) end: usize,
    pub(super) mark: [u8; MARK],
    pub(super) schema: Json,
    /// The name of what its blocks are packed with.
    pub(super) codec: String,
}

impl Head {
    /// Reads the head that stands at the front of `bytes`; absent where there is more of it.
    pub(super) fn read(bytes: &[u8]) -> Option<Result<Head, String>> {
        if !MAGIC.starts_with(&bytes[..bytes.len().min(4)]) {
            return Some(Err("it is no Avro file".to_owned()));
        }
        let mut rest = bytes.get(4..)?;
        let (mut schema, mut codec) = (None, "null".to_owned());
        loop {
            let mut entries = number(&mut rest)?;
            if entries == 0 {
                break;
            }
            if entries < 0 {
                // The bytes of the entries stand before them.
                number(&mut rest)?;
                entries = entries.saturating_neg();
            }
            for _ in 0..entries {
                let (name, value) = match (text(&mut rest)?, text(&mut rest)?) {
                    (Ok(name), Ok(value)) => (name, value),
                    (Err(why), _) | (_, Err(why)) => return Some(Err(why)),
                };
                match name {
                    b"avro.schema" => schema = Some(value),
                    b"avro.codec" => codec = String::from_utf8_lossy(value).into_owned(),
                    _ => {}
                }
            }
        }
        let (mark, after) = rest.split_at_checked(MARK)?;
        let schema = schema.ok_or_else(|| "its head has no schema".to_owned()).and_then(|text| {
            let schema = serde_json::from_slice(text).map_err(|cause| format!("its schema is no JSON: {cause}"))?;
            match field_twice(&schema) {
                Some(twice) => Err(format!("it has two columns `{twice}`")),
                None => resolved(&schema),
            }
        });
        Some(schema.map(|schema| Head {
            end: bytes.len() - after.len(),
            mark: mark.try_into().unwrap_or_default(),
            schema,
            codec,
        }))
    }

    /// Returns the same head of a file whose blocks are not packed.
    pub(super) fn plain(&self) -> Vec<u8> {
        let schema = self.schema.to_string();
        let mut head = MAGIC.to_vec();
        put(&mut head, 1);
        for text in ["avro.schema", &schema] {
            put(&mut head, text.len() as u64);
            head.extend(text.as_bytes());
        }
        put(&mut head, 0);
        head.extend(self.mark);
        head
    }
}

/// Takes bytes behind their length off the front; absent where there are more of them.
fn text<'a>(bytes: &mut &'a [u8]) -> Option<Result<&'a [u8], String>> {
    let Ok(length) = usize::try_from(number(bytes)?) else {
        return Some(Err("its head has a length below 0".to_owned()));
    };
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Ok(text))
}

/// The name of two fields of a schema, of which the reader gives the last alone.
fn field_twice(schema: &Json) -> Option<String> {
    let mut names = HashSet::new();
    let mut fields = schema.get("fields")?.as_array()?.iter().filter_map(|field| field.get("name")?.as_str());
    fields.find(|name| !names.insert(*name)).map(str::to_owned)
}

/// Takes a number off the front: seven bits a byte, the lowest first, signs folded in; absent where it has no end.
pub(super) fn number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()));
        }
    }
    None
}

/// Writes a count.
pub(super) fn put(into: &mut Vec<u8>, count: u64) {
    let mut rest = count << 1;
    while rest >= 0x80 {
        into.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    into.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a file with two columns of one name, of which the reader would give the last alone.
    #[test]
    fn two_columns_of_one_name_are_refused() {
        let head = |fields: &str| {
            let schema = format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#);
            let text = |text: &str| {
                let length = u8::try_from(2 * text.len()).ok().filter(|length| *length < 0x80);
                let length = length.map_or_else(
                    || {
                        let twice = 2 * text.len();
                        vec![u8::try_from(twice & 0x7f).unwrap() | 0x80, u8::try_from(twice >> 7).unwrap()]
                    },
                    |length| vec![length],
                );
                [length, text.as_bytes().to_vec()].concat()
            };
            [b"Obj\x01\x02".to_vec(), text("avro.schema"), text(&schema), vec![0; 17]].concat()
        };
        let [v, w] = ["v", "w"].map(|name| format!(r#"{{"name":"{name}","type":"long"}}"#));
        let twice = Head::read(&head(&format!("{v},{w},{v}"))).unwrap();
        assert_eq!(twice, Err("it has two columns `v`".to_owned()));
        let once = head(&format!("{v},{w}"));
        let head = Head::read(&once).unwrap().unwrap();
        assert_eq!((head.end, head.codec.as_str()), (once.len(), "null"));
        assert_eq!(Head::read(&head.plain()).unwrap().unwrap(), Head { end: head.plain().len(), ..head });
    }

    /// Catches a number of Avro that is read with another sign or too few bits.
    #[test]
    fn numbers_of_avro_are_read() {
        let encoded = |value: i64| {
            let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
            let mut bytes = Vec::new();
            while rest >= 0x80 {
                bytes.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
                rest >>= 7;
            }
            bytes.push(u8::try_from(rest).unwrap());
            bytes
        };
        for value in [0, 1, -1, 63, 64, -64, -65, 300, i64::MAX, i64::MIN] {
            let mut bytes = encoded(value);
            bytes.push(7);
            let mut rest = bytes.as_slice();
            assert_eq!(number(&mut rest), Some(value));
            assert_eq!(rest, [7]);
            assert_eq!(number(&mut &bytes[..0]), None);
        }
        assert_eq!(number(&mut [0xff_u8; 12].as_slice()), None);
    }
}

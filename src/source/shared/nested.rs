//! How deep the columns of a Parquet file or an Arrow stream may be nested: whoever reads them goes down into them, and
//! the stack of a thread ends. Here nothing does: what is too deep is refused before anybody reads it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use polars_arrow_format::ipc::planus::ReadAsRoot;
use polars_arrow_format::ipc::{FieldRef, MessageHeaderRef, MessageRef};
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{FileMetaData, SchemaElement};

/// Levels of columns inside each other; a list is two or three of Parquet's.
pub(crate) const LEVELS: usize = 100;

/// Columns of all levels together: what one offset names twice is read twice.
const COLUMNS: usize = 1 << 20;

/// Where a Parquet file keeps the Arrow schema that it was written from.
const ARROW: &str = "ARROW:schema";

/// Bytes of a Parquet file behind its description: their number, and how the file ends.
pub(crate) const END: u64 = 8;

/// Why a Parquet file with this description is not read, if it is nested too deep; what is wrong with it otherwise is reported by whoever reads it.
pub(crate) fn parquet(description: &[u8]) -> Result<(), String> {
    let mut protocol = TCompactInputProtocol::new(description, description.len().saturating_mul(64));
    let Ok(described) = FileMetaData::read_from_in_protocol(&mut protocol) else { return Ok(()) };
    let levels = levels(&described.schema);
    if levels > LEVELS {
        return Err(too_deep(levels));
    }
    for pair in described.key_value_metadata.unwrap_or_default().iter().filter(|pair| pair.key == ARROW) {
        let message = pair.value.as_ref().and_then(|text| BASE64_STANDARD.decode(text).ok()).unwrap_or_default();
        arrow(message.strip_prefix(&[0xff; 4]).and_then(|message| message.get(4..)).unwrap_or(&message))?;
    }
    Ok(())
}

/// Returns the length of the description of a Parquet file by its last [`END`] bytes; absent where it is none.
pub(crate) fn description(last: &[u8]) -> Option<u64> {
    let [a, b, c, d, magic @ ..] = last else { return None };
    (magic == b"PAR1").then(|| u64::from(u32::from_le_bytes([*a, *b, *c, *d])))
}

/// Levels below the root of a schema, which is written as each column followed by those in it.
fn levels(schema: &[SchemaElement]) -> usize {
    let mut left: Vec<i32> = Vec::new();
    let mut most = 0;
    for element in schema {
        while left.last().is_some_and(|left| *left <= 0) {
            left.pop();
        }
        if let Some(left) = left.last_mut() {
            *left -= 1;
        }
        left.push(element.num_children.unwrap_or(0));
        most = most.max(left.len());
    }
    most.saturating_sub(1)
}

/// The same of the schema that an Arrow message is.
pub(crate) fn arrow(message: &[u8]) -> Result<(), String> {
    let Ok(Ok(Some(MessageHeaderRef::Schema(schema)))) =
        MessageRef::read_as_root(message).map(|message| message.header())
    else {
        return Ok(());
    };
    let mut next: Vec<(FieldRef<'_>, usize)> = Vec::new();
    let fields = schema.fields().ok().flatten().into_iter().flatten();
    next.extend(fields.flatten().map(|field| (field, 1)));
    let mut seen = 0;
    while let Some((field, level)) = next.pop() {
        seen += 1;
        if level > LEVELS {
            return Err(too_deep(level));
        }
        if seen > COLUMNS {
            return Err(format!(
                "its columns are more than {COLUMNS}, those inside of others counted; select fewer of them"
            ));
        }
        let inside = field.children().ok().flatten().into_iter().flatten();
        next.extend(inside.flatten().map(|field| (field, level + 1)));
    }
    Ok(())
}

fn too_deep(levels: usize) -> String {
    format!(
        "its columns are nested {levels} levels deep or deeper, and at most {LEVELS} are read; write the inner columns as text \
         or as columns of their own"
    )
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ArrowDataType, ArrowField};
    use polars_arrow::io::ipc::write::{default_ipc_fields, schema_to_bytes};

    use super::*;

    fn element(children: i32) -> SchemaElement {
        let name = "a".to_owned();
        SchemaElement {
            type_: None,
            type_length: None,
            repetition_type: None,
            name,
            num_children: Some(children),
            converted_type: None,
            scale: None,
            precision: None,
            field_id: None,
            logical_type: None,
        }
    }

    #[test]
    fn levels_of_parquet_are_those_of_its_deepest_column() {
        let of = |children: &[i32]| levels(&children.iter().map(|count| element(*count)).collect::<Vec<_>>());
        assert_eq!((of(&[]), of(&[0]), of(&[3, 0, 0, 0])), (0, 0, 1));
        assert_eq!(of(&[2, 1, 1, 0, 2, 0, 0]), 3);
        assert_eq!(of(&[3, 1, 0, 1, 0, 1, 0]), 2, "beside each other");
        // One that promises more than it has, as a damaged one does.
        assert_eq!(of(&[i32::MAX, -1, 5, 0]), 2);
        assert_eq!(of(&vec![1; 100_000]), 99_999);
    }

    fn schema(levels: usize) -> Vec<u8> {
        let inner = ArrowField::new("n".into(), ArrowDataType::Int32, true);
        let field =
            (1..levels).fold(inner, |inner, _| ArrowField::new("a".into(), ArrowDataType::Struct(vec![inner]), true));
        let schema = std::iter::once(field).map(|field| (field.name.clone(), field)).collect();
        schema_to_bytes(&schema, &default_ipc_fields(schema.iter_values()), None)
    }

    /// Catches a schema that the reader goes down into until its stack ends.
    #[test]
    fn a_schema_of_arrow_is_refused_from_one_level_on() {
        assert_eq!(arrow(&schema(1)), Ok(()));
        assert_eq!(arrow(&schema(LEVELS)), Ok(()));
        let why = arrow(&schema(LEVELS + 1)).unwrap_err();
        assert!(why.contains("101 levels deep"), "{why}");
        assert_eq!(arrow(b"nothing"), Ok(()), "told by who reads it");
    }
}

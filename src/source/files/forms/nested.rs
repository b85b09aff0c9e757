//! Where lists, structs or maps of two types become one: DataFusion casts what is in them, floats to decimals and texts to
//! dates, and says nothing of what they lose.

use datafusion::arrow::datatypes::DataType;

use super::super::alike::is_text;

/// Why such a plan is refused.
pub(super) const WHY: &str = "lists, structs and maps of two types are brought to one, in which texts and floats lose what it does not hold; make \
                              them of one type, as in MAKE_ARRAY(CAST(x AS VARCHAR)), or select each as a column of its own";

/// Whether any two of these types that are of lists, structs or maps lose something where both are brought to one.
pub(super) fn is_mixed(types: &[DataType]) -> bool {
    let nested: Vec<&DataType> = types.iter().filter(|of| of.is_nested()).collect();
    nested.iter().enumerate().any(|(at, one)| nested[at + 1..].iter().any(|other| is_lossy(one, other)))
}

/// Whether values of one of the types lose something where both are brought to one.
fn is_lossy(one: &DataType, other: &DataType) -> bool {
    use DataType::{FixedSizeList, LargeList, List, Map, Null, Struct};
    match (one, other) {
        (Null, _) | (_, Null) => false,
        (
            List(one) | LargeList(one) | FixedSizeList(one, _) | Map(one, _),
            List(other) | LargeList(other) | FixedSizeList(other, _) | Map(other, _),
        ) => is_lossy(one.data_type(), other.data_type()),
        (Struct(these), Struct(those)) => {
            let pairs = these.iter().zip(those);
            these.len() != those.len()
                || pairs.into_iter().any(|(one, other)| {
                    // Of a map the names of keys and values say nothing.
                    let is_of_map = matches!(one.name().as_str(), "key" | "keys" | "value" | "values");
                    (one.name() != other.name() && !is_of_map) || is_lossy(one.data_type(), other.data_type())
                })
        }
        (one, other) => {
            let exact = |of: &DataType| of.is_integer() || of.is_decimal();
            is_text(one) != is_text(other) || (one.is_floating() && exact(other)) || (exact(one) && other.is_floating())
        }
    }
}

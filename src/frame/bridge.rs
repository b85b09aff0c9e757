//! Hands Arrow arrays to Polars by Arrow's C data interface: no value is copied.
#![expect(
    unsafe_code,
    reason = "two libraries with the same arrays share no type but the structs of the C data interface"
)]

use arrow::array::Array;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use polars::prelude::{ArrayRef, PolarsError, PolarsResult};
use polars_arrow::ffi::{ArrowArray, ArrowSchema, import_array_from_c, import_field_from_c};

// The C data interface lays down both structs field by field.
const _: () = assert!(size_of::<FFI_ArrowArray>() == size_of::<ArrowArray>());
const _: () = assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());

/// Returns the same values as an array of Polars.
///
/// # Errors
/// A type that Polars does not have.
pub(crate) fn polars_array(array: &dyn Array) -> PolarsResult<ArrayRef> {
    let (array, schema) =
        to_ffi(&array.to_data()).map_err(|cause| PolarsError::ComputeError(cause.to_string().into()))?;
    // SAFETY: each pair is one struct of the C data interface, and each is moved: it is released once, by its new owner.
    let (array, schema) = unsafe {
        (
            std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array),
            std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema),
        )
    };
    // SAFETY: arrow-rs made both from one array, whose buffers it has checked.
    unsafe {
        let field = import_field_from_c(&schema)?;
        import_array_from_c(array, field.dtype)
    }
}

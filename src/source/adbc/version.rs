//! What a driver says of the engine behind it.

use std::collections::HashSet;

use adbc_core::options::InfoCode;
use adbc_core::{Connection, Database, Driver};
use adbc_driver_manager::ManagedDriver;
use arrow::array::AsArray;

/// The engine's version; absent where the driver has none to tell, or wants a connection for it.
pub(super) fn of(driver: &mut ManagedDriver) -> Option<String> {
    let connection = driver.new_database().ok()?.new_connection().ok()?;
    let told = connection.get_info(Some(HashSet::from([InfoCode::VendorVersion]))).ok()?;
    let batch = told.filter_map(Result::ok).find(|batch| batch.num_rows() > 0)?;
    let value = batch.column_by_name("info_value")?.as_union_opt()?.value(0);
    value.as_string_opt::<i32>().map(|text| text.value(0).to_owned())
}

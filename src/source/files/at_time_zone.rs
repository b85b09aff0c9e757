//! `AT TIME ZONE` as PostgreSQL has it: of an instant the wall clock of the zone, of a wall clock the instant.
//!
//! DataFusion casts either to an instant that is shown in the zone, and takes what stands beside it for wall clocks of that zone.

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::functions::datetime::to_local_time;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
};

use super::super::{Error, ErrorCode};
use super::zone::{UTC, is_utc};

/// The name by which the parsed query calls the function.
const NAME: &str = "at_time_zone";

const OF_NO_TIME: &str = "AT TIME ZONE is read of times alone over files; write CAST(x AS TIMESTAMP) AT TIME ZONE 'UTC' of a text or a \
                          date first";
const NO_REGION: &str = "in AT TIME ZONE an offset or an abbreviation is another zone over files than in PostgreSQL; write a region, \
                         such as 'Europe/Berlin' or 'Etc/GMT-2'";

/// Puts a call of the function in place of `AT TIME ZONE`.
pub(super) fn called(one: &mut Expr) {
    let Expr::AtTimeZone { timestamp, time_zone } = one else { return };
    let argument = |of: &Expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(of.clone()));
    let args = vec![argument(timestamp), argument(time_zone)];
    *one = Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(NAME)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    });
}

/// The function.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::new_from_impl(AtTimeZone { signature: Signature::any(2, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AtTimeZone {
    signature: Signature,
}

impl ScalarUDFImpl for AtTimeZone {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types.first() {
            Some(DataType::Timestamp(unit, Some(_))) => Ok(DataType::Timestamp(*unit, None)),
            Some(DataType::Timestamp(unit, None)) => Ok(DataType::Timestamp(*unit, Some(UTC.into()))),
            Some(DataType::Null) => Ok(DataType::Timestamp(TimeUnit::Microsecond, None)),
            _ => Err(refused(OF_NO_TIME.to_owned())),
        }
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let zone = args.scalar_arguments.get(1).copied().flatten().and_then(text).unwrap_or_default();
        if !is_region(zone) {
            return Err(refused(NO_REGION.to_owned()));
        }
        if zone.parse::<Tz>().is_err() {
            return Err(refused(format!("there is no time zone '{zone}'; write a region, such as 'Europe/Berlin'")));
        }
        let types: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        Ok(Arc::new(Field::new(NAME, self.return_type(&types)?, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [time, ColumnarValue::Scalar(zone)] = args.args.as_slice() else {
            return Err(refused(NO_REGION.to_owned()));
        };
        let zone = text(zone).unwrap_or(UTC);
        let of = |unit, zone: &str| DataType::Timestamp(unit, Some(zone.into()));
        match time.data_type() {
            DataType::Timestamp(unit, Some(_)) => {
                let shown = time.cast_to(&of(unit, zone), None)?;
                let field = Arc::new(Field::new("t", shown.data_type(), true));
                to_local_time().invoke_with_args(ScalarFunctionArgs {
                    args: vec![shown],
                    arg_fields: vec![field],
                    ..args
                })
            }
            DataType::Timestamp(unit, None) => {
                let shown = time.cast_to(&of(unit, zone), None).map_err(|_| {
                    refused(format!(
                        "a time of AT TIME ZONE '{zone}' has no one instant there: clocks skip it or have it twice, or it is out of \
                         range; compare the times without AT TIME ZONE"
                    ))
                })?;
                shown.cast_to(&of(unit, UTC), None)
            }
            _ => time.cast_to(args.return_field.data_type(), None),
        }
    }
}

fn text(value: &ScalarValue) -> Option<&str> {
    value.try_as_str().flatten()
}

/// Whether PostgreSQL takes a name for the same zone: abbreviations come first there, and offsets have the other sign.
fn is_region(zone: &str) -> bool {
    is_utc(zone) || zone == "GMT" || zone.contains('/')
}

fn refused(message: String) -> DataFusionError {
    DataFusionError::External(Box::new(Error::new(ErrorCode::StatementRefused, message)))
}

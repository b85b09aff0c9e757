//! Columns that stand in the names of folders, `day=2026-01-31`, where the suite says so.
//!
//! A column that the files have themselves is that of the files; what the folders say of it must then be the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{Field, FieldRef, Schema};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, cast};
use datafusion::prelude::SessionContext;
use percent_encoding::percent_decode_str;

use super::super::{Error, ErrorCode};
use super::csv::{Kind, arrow_type, scalar};
use super::data_file::DataFile;
use super::plain::{plain, said};

/// What Hive and Spark name a folder for NULL.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Columns by their names in folders, and their types.
#[derive(Clone, Debug, Default)]
pub(super) struct Partitions(Vec<(String, Kind)>);

impl Partitions {
    /// Reads what a suite declares: the names of columns to the names of types.
    ///
    /// # Errors
    /// A type that is none.
    pub(super) fn parse(declared: &BTreeMap<String, String>) -> Result<Partitions, String> {
        let one = |(name, of): (&String, &String)| match Kind::parse(of) {
            Some(kind) => Ok((name.clone(), kind)),
            None => Err(format!("`partitions.{name}` is \"{of}\"; known: {}", Kind::NAMES)),
        };
        declared.iter().map(one).collect::<Result<_, _>>().map(Partitions)
    }

    /// Refuses them for a table whose log says what its folders mean.
    ///
    /// # Errors
    /// The first of them.
    pub(super) fn are_none_of(&self, table: &str) -> Result<(), Error> {
        let Some((name, _)) = self.0.first() else { return Ok(()) };
        let message = format!(
            "the log of `{table}` says what is in its folders; remove `{name}` from `partitions` of the source, or --partition"
        );
        Err(Error::new(ErrorCode::SourceUnfit, message))
    }

    /// Returns those that files with these columns do not have themselves.
    pub(super) fn beside(&self, schema: &Schema) -> Partitions {
        let kept = self.0.iter().filter(|(name, _)| schema.field_with_name(name).is_err());
        Partitions(kept.cloned().collect())
    }

    /// Returns their columns.
    pub(super) fn fields(&self) -> Vec<FieldRef> {
        let field = |(name, kind): &(String, Kind)| Arc::new(Field::new(name, arrow_type(*kind), true));
        self.0.iter().map(field).collect()
    }

    /// Returns their values for `file`.
    ///
    /// # Errors
    /// A file that lies in no folder of such a name, and a name that is no value of the type.
    pub(super) fn values(&self, file: &DataFile) -> Result<Vec<ScalarValue>, Error> {
        self.0.iter().map(|(name, kind)| value(file, name, *kind)).collect()
    }

    /// Makes sure that the columns which `files` have themselves, and `partitions` declares, say what the folders say.
    ///
    /// # Errors
    /// The first file that says otherwise.
    pub(super) async fn agree(
        &self,
        context: &SessionContext,
        schema: &Schema,
        files: &[(&DataFile, Arc<dyn TableProvider>)],
    ) -> Result<(), Error> {
        let own = self.0.iter().filter(|(name, _)| schema.field_with_name(name).is_ok());
        for (name, kind) in own {
            for (file, table) in files {
                let expected = value(file, name, *kind)?;
                let column = cast(Expr::Column(Column::from_name(name)), arrow_type(*kind));
                let literal = Expr::Literal(expected.clone(), None);
                let differs = BinaryExpr::new(Box::new(column), Operator::IsDistinctFrom, Box::new(literal));
                let found = async {
                    let rows =
                        context.read_table(table.clone())?.filter(Expr::BinaryExpr(differs))?.limit(0, Some(1))?;
                    rows.count().await
                };
                let unreadable = |cause: DataFusionError| {
                    said(&cause).unwrap_or_else(|| {
                        let message = format!(
                            "{file}: its own column `{name}` is not compared with its folder: {}",
                            plain(&cause)
                        );
                        Error::new(ErrorCode::SourceUnfit, message)
                    })
                };
                if found.await.map_err(unreadable)? > 0 {
                    let message = format!(
                        "{file} has a column `{name}` of its own, and a row in which it is not {expected}, as its folder \
                         says; remove `{name}` from `partitions` of the source, or move the row"
                    );
                    return Err(Error::new(ErrorCode::SourceUnfit, message));
                }
            }
        }
        Ok(())
    }

    /// Returns the columns that are named by folders of `files` and by nothing else: neither these nor the `schema` of the files
    /// have them. Each with the name of a type that holds what the folders say.
    pub(super) fn undeclared<'a>(&self, schema: &Schema, files: &'a [DataFile]) -> BTreeMap<&'a str, &'static str> {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, text) in files.iter().flat_map(DataFile::folders) {
            if schema.field_with_name(name).is_err() && !self.0.iter().any(|(declared, _)| declared == name) {
                found.entry(name).or_default().push(text);
            }
        }
        let holds = |of: &str, texts: &[&str]| {
            let kind = Kind::parse(of);
            let of_it = |text: &&str| *text == NULL || kind.is_some_and(|kind| scalar(kind, text).is_some());
            texts.iter().all(of_it)
        };
        let kind = |texts: &[&str]| ["date", "integer"].into_iter().find(|of| holds(of, texts)).unwrap_or("text");
        found.into_iter().map(|(name, texts)| (name, kind(&texts))).collect()
    }

    /// Returns whether the files with these columns have one of them themselves.
    pub(super) fn is_within(&self, schema: &Schema) -> bool {
        self.0.iter().any(|(name, _)| schema.field_with_name(name).is_ok())
    }
}

fn value(file: &DataFile, name: &str, kind: Kind) -> Result<ScalarValue, Error> {
    let unfit = |what: String| Error::new(ErrorCode::SourceUnfit, what);
    let found = file.folder(name).map_err(|()| {
        unfit(format!(
            "{file} lies in two folders `{name}=…`, one in the other, and `partitions` of the source names that column; give one of \
             them another name"
        ))
    })?;
    let Some(text) = found else {
        return Err(unfit(format!(
            "{file} lies in no folder `{name}=…`, which `partitions` of the source names; remove it there, or move the file"
        )));
    };
    let text = percent_decode_str(text).decode_utf8().map_err(|_| unfit(format!("{file}: its path is not UTF-8")))?;
    let read = if text == NULL { ScalarValue::try_from(&arrow_type(kind)).ok() } else { scalar(kind, &text) };
    read.ok_or_else(|| {
        unfit(format!("{file}: `{name}={text}` is no value of the type that `partitions` of the source gives `{name}`"))
    })
}

//! Which mutants the answers of each kind have.

use super::columns::{Column, Context, of_a_value, of_all_values};
use super::operators::{NULL, Operator, later, unheard_of};
use super::pairs::pairs;
use super::{Mutant, Size, Touched, rows, windows};
use crate::frame::{Type, Value};
use crate::model::{DifferenceForm, Queries};
use crate::prove::edit::{Edit, Rows};
use crate::spec::check::{Check, KindSettings, Percentile};

impl Context<'_> {
    /// The columns whose values mutants change, by their names in old.
    pub(crate) fn tried_columns(&self) -> Vec<String> {
        let compared = self.compared();
        let of = |is: &dyn Fn(&Column<'_>) -> bool| -> Vec<String> {
            compared.iter().filter(|column| is(column)).map(|column| column.known_as.clone()).collect()
        };
        match &self.check.kind {
            KindSettings::Percentile(settings) => match &settings.value {
                Some(value) if compared.iter().any(|column| column.known_as == *value) => vec![value.clone()],
                _ => of(&|column| settings.quantiles.iter().any(|(name, _)| *name == column.known_as)),
            },
            KindSettings::TagDedup => of(&|_| true).into_iter().take(1).collect(),
            KindSettings::Invariant { .. } | KindSettings::Latency(_) => Vec::new(),
            _ => of(&|_| true),
        }
    }
}

/// The mutants of an answer; none of one that has nothing to lose.
pub(crate) fn mutants(context: &Context<'_>) -> Vec<Mutant> {
    let check = context.check;
    let profile = check.kind.kind().profile();
    match &check.kind {
        KindSettings::Percentile(settings) => percentiles(context, settings),
        KindSettings::Freshness { max_lag } => {
            let lag = i128::try_from(max_lag.as_nanos()).unwrap_or(i128::MAX);
            context.compared().iter().flat_map(|column| latest(context, column, lag)).collect()
        }
        // Times and catalogues are no answers.
        _ if profile.timed || profile.queries == Queries::Catalogues => Vec::new(),
        _ => match profile.keyed {
            DifferenceForm::Violations => vec![violation(context)],
            DifferenceForm::Tags => tags(context),
            DifferenceForm::Rows if !profile.groups => table(context),
            DifferenceForm::Rows | DifferenceForm::Numbers => numbers(context),
        },
    }
}

/// A row that an invariant forbids.
fn violation(context: &Context<'_>) -> Mutant {
    Mutant {
        name: "one_violation",
        what: "one row is there that must not be",
        column: None,
        size: Size::Gross,
        edits: vec![Edit::Add(vec![Value::Null; context.sample.names.len()])],
        next: Vec::new(),
        touched: Vec::new(),
    }
}

/// What the loss of every row makes of an answer to a query of `check`, or to the one that counts its population.
pub(crate) fn setbacks(check: &Check, names: &[String], types: &[Type], is_population: bool) -> Vec<Edit> {
    let counts = || {
        let number = |of: &Type| matches!(of, Type::Integer | Type::Decimal { .. });
        let counts = names.iter().zip(types).filter(|(_, of)| number(of));
        counts.map(|(name, _)| Edit::Map(name.clone(), Rows::All, |_| Some(Value::Integer(0)))).collect()
    };
    match &check.kind {
        KindSettings::Invariant { .. } if is_population => counts(),
        // One row a side is there even where the table has none.
        KindSettings::RowCount if check.key.is_empty() => counts(),
        KindSettings::Sum | KindSettings::Freshness { .. } if check.key.is_empty() => {
            names.iter().map(|name| Edit::Map(name.clone(), Rows::All, |_| Some(Value::Null))).collect()
        }
        _ => vec![Edit::Drop(Rows::All)],
    }
}

/// Rows under a key.
fn table(context: &Context<'_>) -> Vec<Mutant> {
    let mut mutants = rows::single(context, Size::Gross);
    mutants.extend(rows::last(context));
    mutants.extend(rows::group(context));
    mutants.extend(rows::day(context));
    mutants.extend(rows::replaced(context));
    mutants.extend(windows::moved_row(context));
    mutants.extend(values(context, &context.compared()));
    mutants
}

/// Numbers, each of a group where there is a key.
fn numbers(context: &Context<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if context.check.key.is_empty() {
        mutants.extend(windows::moved_number(context));
    } else {
        mutants.extend(rows::single(context, Size::Gross));
        mutants.extend(rows::group(context));
        mutants.extend(rows::day(context));
        mutants.extend(rows::replaced(context));
        mutants.extend(windows::moved_row(context));
    }
    mutants.extend(values(context, &context.compared()));
    mutants
}

fn values(context: &Context<'_>, columns: &[Column<'_>]) -> Vec<Mutant> {
    let of = |column| {
        let mut mutants = of_a_value(context, column);
        mutants.extend(pairs(context, column));
        mutants.extend(of_all_values(context, column, columns));
        mutants
    };
    columns.iter().flat_map(of).collect()
}

/// Tags in arrays, or one a row.
fn tags(context: &Context<'_>) -> Vec<Mutant> {
    let columns = context.compared();
    let Some(tag) = columns.first() else { return Vec::new() };
    // A row without a tag has nothing to lose.
    let has_tag = |(_, row): &(u64, Vec<Value>)| match row.get(tag.place) {
        None | Some(Value::Null) => false,
        Some(Value::Array(tags)) => !tags.is_empty(),
        Some(_) => true,
    };
    let mut tagged = context.sample.clone();
    tagged.rows.retain(has_tag);
    let context = &Context { sample: &tagged, ..*context };
    let mut mutants = Vec::new();
    if let Type::Array(_) = tag.of {
        for (name, what, apply) in ARRAY_TAGS {
            let operator = Operator { name, what, size: Size::Gross, apply: *apply, nanos: None };
            let found = context.first(tag, operator.apply);
            mutants.extend(found.map(|(number, touched)| tag.cell(&operator, number, touched)));
        }
    } else {
        let [lose, double]: [Mutant; 2] = match rows::single(context, Size::Gross).try_into() {
            Ok(two) => two,
            Err(_) => return mutants,
        };
        mutants.push(Mutant { name: "lose_tag", what: "a tag is lost", ..lose });
        mutants.push(Mutant { name: "double_tag", what: "a tag stands twice", ..double });
        let other = Operator {
            name: "other_tag",
            what: "a tag becomes another",
            size: Size::Gross,
            apply: unheard_of,
            nanos: None,
        };
        let found = context.first(tag, other.apply);
        mutants.extend(found.map(|(number, touched)| tag.cell(&other, number, touched)));
    }
    mutants.extend(pairs(context, tag));
    mutants.extend(rows::replaced(context));
    mutants.extend(windows::moved_row(context));
    mutants
}

/// Changes of an array of tags.
type ArrayTag = (&'static str, &'static str, fn(&Value) -> Option<Value>);

const ARRAY_TAGS: &[ArrayTag] = &[
    ("lose_tag", "a tag is lost", |value| match value {
        Value::Array(tags) if !tags.is_empty() => Some(Value::Array(tags[1..].to_vec())),
        _ => None,
    }),
    ("lose_tags", "all tags of a row are lost", |value| match value {
        Value::Array(tags) if !tags.is_empty() => Some(Value::Array(Vec::new())),
        _ => None,
    }),
    ("double_tag", "a tag stands twice", |value| match value {
        Value::Array(tags) => {
            Some(Value::Array([tags.as_slice(), &tags[..tags.len().min(1)]].concat())).filter(|_| !tags.is_empty())
        }
        _ => None,
    }),
    ("other_tag", "a tag becomes another", |value| match value {
        Value::Array(tags) => {
            let mut other = tags.clone();
            let first = other.first_mut()?;
            *first = unheard_of(first)?;
            Some(Value::Array(other))
        }
        _ => None,
    }),
];

/// Raw values, whose bounds are made for single ones, or percentiles that the side has worked out.
fn percentiles(context: &Context<'_>, settings: &Percentile) -> Vec<Mutant> {
    let columns = context.compared();
    let raw = settings.value.as_ref().and_then(|value| columns.iter().find(|column| column.known_as == *value));
    let Some(raw) = raw else {
        let of = |column: &&Column<'_>| settings.quantiles.iter().any(|(name, _)| *name == column.known_as);
        let quantiles: Vec<Column<'_>> = columns.iter().filter(of).cloned().collect();
        let mut mutants = if context.check.key.is_empty() { Vec::new() } else { rows::single(context, Size::Gross) };
        mutants.extend(values(context, &quantiles));
        return mutants;
    };
    let mut mutants = rows::single(context, Size::Least);
    let key = context.key();
    let large =
        |value: &Value| (super::operators::operators(raw.of).iter().find(|one| one.name == "double")?.apply)(value);
    let Some((number, touched)) = context.first(raw, large) else { return mutants };
    let Some((_, row)) = context.sample.rows.iter().find(|(one, _)| *one == number) else { return mutants };
    mutants.extend(if key.is_empty() { None } else { rows::like(row, &key) });
    for operator in super::operators::operators(raw.of) {
        let found = context.first(raw, operator.apply);
        mutants
            .extend(found.map(|(number, touched)| Mutant { size: Size::Least, ..raw.cell(operator, number, touched) }));
        let Some(group) = rows::same(row, &key).filter(|_| ["zero", "double", "sign"].contains(&operator.name)) else {
            continue;
        };
        let (name, what) = match operator.name {
            "zero" => ("zero_group", "every value of a group becomes 0"),
            "double" => ("double_group", "every value of a group doubles"),
            _ => ("sign_group", "every value of a group changes its sign"),
        };
        let touched = vec![Touched { key: touched.key.clone(), before: None, after: None }];
        let edits = vec![Edit::Map(raw.name.to_owned(), group, operator.apply)];
        let column = Some(raw.known_as.clone());
        mutants.push(Mutant { name, what, column, size: Size::Gross, edits, next: Vec::new(), touched });
    }
    mutants
}

/// The latest time of new, just as late as the check allows no more.
fn latest(context: &Context<'_>, column: &Column<'_>, lag: i128) -> Vec<Mutant> {
    const SECOND: i128 = 1_000_000_000;
    let step = rule_step(column);
    let mut mutants: Vec<Mutant> = context
        .first(column, NULL.apply)
        .map(|(number, touched)| column.cell(&NULL, number, touched))
        .into_iter()
        .collect();
    for (name, what, by, size) in [
        ("too_late", "the latest time is a second older than is allowed", lag + SECOND + step, Size::Gross),
        ("one_second", "the latest time is a second older", SECOND, Size::Least),
    ] {
        let operator = Operator { name, what, size, apply: |_| None, nanos: None };
        let older = |value: &Value| match value {
            Value::Date(day) => i32::try_from(by / (86_400 * SECOND) + 1).ok().map(|days| Value::Date(day - days)),
            other => later(other, -by),
        };
        mutants.extend(context.first(column, older).map(|(number, touched)| column.cell(&operator, number, touched)));
    }
    mutants
}

/// How far the rule floors a time.
fn rule_step(column: &Column<'_>) -> i128 {
    column.rule.truncate.map_or(0, |step| i128::try_from(step.as_nanos()).unwrap_or(0))
}

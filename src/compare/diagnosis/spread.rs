//! Where the differing rows lie over the column that orders them best: a time, or else an integer of the key.

use super::evidence::Evidence;
use super::transformations::FEWEST;
use crate::compare::value::display::shown;
use crate::frame::Value;
use crate::model::{Difference, Part, Spread};

/// Parts of a range at most.
const MOST: u128 = 32;

/// How many rows of each class lie where; absent where there are fewer than five, and where no column orders most of them.
pub(super) fn spread(evidence: &Evidence, hidden: &dyn Fn(&str) -> bool) -> Option<Spread> {
    if evidence.rows.len() < FEWEST {
        return None;
    }
    let open = (0..evidence.columns.len()).filter(|column| !hidden(&evidence.columns[*column].name));
    let mut changed = vec![0; evidence.columns.len()];
    evidence.rows.iter().flat_map(|row| &row.changes).for_each(|change| changed[change.column] += 1);
    let ranked = open.filter_map(|column| rank(evidence, column, changed[column]));
    let (_, column, order) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    over(evidence, column, order)
}

/// What kind of order the values of a column have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Days,
    Instants,
    WallClocks,
    Integers,
}

fn place(value: &Value) -> Option<(Order, i128)> {
    Some(match value {
        Value::Date(days) => (Order::Days, i128::from(*days)),
        Value::Instant(nanos) => (Order::Instants, *nanos),
        Value::WallClock(nanos) => (Order::WallClocks, *nanos),
        Value::Integer(integer) => (Order::Integers, *integer),
        _ => return None,
    })
}

fn value(order: Order, at: i128) -> Value {
    match order {
        Order::Days => Value::Date(i32::try_from(at).unwrap_or(i32::MAX)),
        Order::Instants => Value::Instant(at),
        Order::WallClocks => Value::WallClock(at),
        Order::Integers => Value::Integer(at),
    }
}

/// How well a column orders the rows, the best first: times before integers, columns that changed in fewer rows first.
type Rank = (bool, usize, bool, usize);

fn rank(evidence: &Evidence, column: usize, changed: usize) -> Option<(Rank, usize, Order)> {
    let key = evidence.columns[column].key;
    let (order, _) = evidence.rows.iter().find_map(|row| place(&row.values[column]))?;
    let integer = order == Order::Integers;
    let placed = evidence.rows.iter().filter(|row| place(&row.values[column]).is_some_and(|(one, _)| one == order));
    if (integer && !key) || placed.count() * 2 < evidence.rows.len() {
        return None;
    }
    Some(((integer, changed, !key, column), column, order))
}

fn over(evidence: &Evidence, column: usize, order: Order) -> Option<Spread> {
    let at = |values: &[Value]| place(&values[column]).filter(|(one, _)| *one == order).map(|(_, at)| at);
    let differing = || evidence.rows.iter().filter_map(|row| Some((row.class, at(&row.values)?)));
    let agreeing = || evidence.agreeing.iter().filter_map(|(_, values)| at(values));
    let all = || differing().map(|(_, at)| at).chain(agreeing());
    let (first, last) = (all().min()?, all().max()?);
    let width = last.abs_diff(first).checked_add(1).filter(|width| *width > 1 && *width < u128::MAX / MOST)?;
    let number = MOST.min(width);
    let text = |at: i128| shown(&value(order, at)).unwrap_or_default();
    let from = |part: u128| text(first.saturating_add_unsigned((part * width).div_ceil(number)));
    let mut parts: Vec<Part> = (0..number).map(|part| Part { from: from(part), ..Part::default() }).collect();
    let part = |at: i128| usize::try_from(at.abs_diff(first) * number / width).unwrap_or(0);
    let mut placed = 0;
    for (class, at) in differing() {
        let part = &mut parts[part(at)];
        placed += 1;
        match class {
            Difference::Missing => part.missing += 1,
            Difference::Extra => part.extra += 1,
            Difference::Changed | Difference::Duplicate | Difference::Warned => part.changed += 1,
        }
    }
    agreeing().for_each(|at| parts[part(at)].agreeing += 1);
    Some(Spread {
        column: evidence.columns[column].name.clone(),
        from: text(first),
        to: text(last),
        without: (evidence.rows.len() - placed) as u64,
        parts,
    })
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::compare::diagnosis::{Change, Collector, DifferingRow, Evidence, Head};
    use crate::frame::Value;
    use crate::model::{Difference, Spread};

    const NAMES: [(&str, bool); 3] = [("id", true), ("day", false), ("n", false)];

    fn evidence(rows: Vec<(Difference, [Value; 3])>, agreeing: Vec<[Value; 3]>) -> Evidence {
        let heads = NAMES.map(|(name, key)| Head { name: name.to_owned(), key });
        let mut collected = Collector::new(heads.to_vec());
        for (hash, (class, values)) in rows.into_iter().enumerate() {
            let changes = match class {
                Difference::Changed => vec![Change::new(2, values[2].clone(), Value::Null)],
                _ => Vec::new(),
            };
            let row = DifferingRow { class, values: values.to_vec(), changes, copies: (1, 1), numbers: Vec::new() };
            collected.add(hash as u64, row);
        }
        agreeing
            .into_iter()
            .enumerate()
            .for_each(|(hash, values)| collected.add_agreeing(hash as u64, values.to_vec()));
        collected.finish()
    }

    fn row(id: i128, day: i32) -> [Value; 3] {
        [Value::Integer(id), Value::Date(day), Value::Integer(id)]
    }

    fn told(spread: &Spread) -> Vec<(usize, u64, u64, u64, u64)> {
        let parts = spread.parts.iter().enumerate();
        let told = parts.map(|(at, part)| (at, part.missing, part.extra, part.changed, part.agreeing));
        told.filter(|(_, missing, extra, changed, agreeing)| missing + extra + changed + agreeing > 0).collect()
    }

    /// Catches a part with the rows of its neighbour, a range that ends before the rows that agree, and a class in the lane of
    /// another.
    #[test]
    fn rows_are_counted_where_they_lie() {
        let mut rows: Vec<_> = (0..4).map(|id| (Difference::Missing, row(id, 10))).collect();
        rows.push((Difference::Extra, row(4, 11)));
        rows.push((Difference::Changed, row(5, 13)));
        rows.push((Difference::Changed, [Value::Integer(6), Value::Null, Value::Integer(6)]));
        let agreeing = vec![row(100, 8), row(101, 13), row(102, 15)];
        let found = spread(&evidence(rows, agreeing), &|_| false).unwrap();
        assert_eq!(
            (found.column.as_str(), found.from.as_str(), found.to.as_str()),
            ("day", "1970-01-09", "1970-01-16")
        );
        assert_eq!((found.parts.len(), found.without), (8, 1), "a part a day");
        assert_eq!(told(&found), [(0, 0, 0, 0, 1), (2, 4, 0, 0, 0), (3, 0, 1, 0, 0), (5, 0, 0, 1, 1), (7, 0, 0, 0, 1)]);
        assert_eq!(found.parts[3].from, "1970-01-12");
    }

    /// Catches a value of a masked column, a number that is no key taken for an order, and a few rows that are drawn.
    #[test]
    fn a_column_has_to_order_the_rows() {
        let rows = |rows: i128| (0..rows).map(|id| (Difference::Missing, row(id * 10, 7))).collect::<Vec<_>>();
        let of = |found: Option<Spread>| found.map(|found| found.column);
        let one_day = evidence(rows(20), vec![row(3, 9)]);
        assert_eq!(of(spread(&one_day, &|_| false)).as_deref(), Some("day"));
        assert_eq!(of(spread(&one_day, &|name| name == "day")).as_deref(), Some("id"));
        assert_eq!(of(spread(&one_day, &|name| name != "n")), None);
        assert_eq!(of(spread(&evidence(rows(4), vec![row(3, 9)]), &|_| false)), None);
    }

    /// Catches a range whose width leaves 128 bits, and a last value that falls behind the last part.
    #[test]
    fn the_ends_are_in_the_ends() {
        let ids = [-5_000_000_000, -1, 0, 1, 2, 9_223_372_036_854_775_807];
        let rows = ids.map(|id| (Difference::Extra, [Value::Integer(id), Value::Null, Value::Null])).to_vec();
        let found = spread(&evidence(rows, Vec::new()), &|_| false).unwrap();
        assert_eq!(told(&found), [(0, 0, 5, 0, 0), (31, 0, 1, 0, 0)]);
        assert_eq!(found.parts[0].from, "-5000000000");
        let ids = [i128::MIN, -1, 0, 1, 2, i128::MAX];
        let rows = ids.map(|id| (Difference::Extra, [Value::Integer(id), Value::Null, Value::Null])).to_vec();
        assert_eq!(spread(&evidence(rows, Vec::new()), &|_| false), None);
    }
}

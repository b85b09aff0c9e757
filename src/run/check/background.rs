//! Draws rows that agree from the server of old, where servers said which rows differ and nobody read the others: without
//! them nothing can be said of what only the differing rows have in common.

use std::collections::HashSet;
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64;

use super::super::context::{CheckRun, Context};
use super::pushdown;
use super::query::opened;
use crate::compare::diagnosis::Evidence;
use crate::compare::diagnosis::draw::{Draw, MOST_AGREEING, MOST_AGREEING_BYTES, size};
use crate::compare::key_as_shown;
use crate::frame::Value;
use crate::model::{Difference, Kind, Side, SideReport};
use crate::source;
use crate::source::QueryHandle;

/// How long the server may take for it; a build for tests must say the same on a busy machine.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

/// Adds a uniform draw of the rows of old that agree to `evidence`, of which there are `equal`, all of them unread; by a hash
/// of the key that is the same in every run. Leaves it as it is where the server cannot be asked for one.
pub(crate) async fn draw(
    one: CheckRun<'_>,
    context: &Context<'_>,
    evidence: &mut Evidence,
    equal: u64,
    old: Option<&SideReport>,
) {
    let keyed = !one.check.key.is_empty() && one.check.kind.kind() == Kind::Rows && one.check.sample.is_none();
    // Of rows that differ and are not known it cannot be told here that they do not agree.
    if !keyed || equal == 0 || !evidence.agreeing_unknown || !evidence.complete {
        return;
    }
    // As many rows as a reading would keep, if they are as large as those that differ; so many bits of the hash are 0.
    let Some(each) = mean_size(evidence) else { return };
    let mut draw = Draw::new((MOST_AGREEING_BYTES / each).clamp(1, MOST_AGREEING), MOST_AGREEING_BYTES);
    let bits = (0..63).find(|bits| equal >> bits <= draw.most(*bits) as u64).unwrap_or_default();
    let Some(rows) = drawn(one, context, evidence, bits, old).await else { return };
    for (hash, values) in rows {
        draw.add(hash, values.iter().map(size).sum(), values);
    }
    evidence.bits = evidence.bits.max(bits).max(draw.bits());
    evidence.agreeing = draw.finish();
    evidence.agreeing_unknown = false;
}

/// Bytes of a differing row; absent where there is none.
fn mean_size(evidence: &Evidence) -> Option<usize> {
    let sizes = evidence.rows.iter().map(|row| row.values.iter().map(size).sum::<usize>());
    sizes.sum::<usize>().checked_div(evidence.rows.len())
}

async fn drawn(
    one: CheckRun<'_>,
    context: &Context<'_>,
    evidence: &Evidence,
    bits: u32,
    old: Option<&SideReport>,
) -> Option<Vec<(u64, Vec<Value>)>> {
    let (query, asked) = (one.check.sides.get(Side::Old).as_ref()?, old?);
    let engine = opened(one.suite, context, Side::Old.into(), query).ok()?;
    // Elsewhere a reading has drawn them, and a further connection may not be there to be had.
    let server = engine.driver().dialect.server_diff()?;
    let limit = one.check.timeout.unwrap_or(context.options.timeout).min(LONGEST);
    let ticket = QueryHandle::default();
    let described = async {
        let mut session = engine.reader(limit, &ticket).await?;
        let described = session.describe(&asked.sql).await;
        session.close().await;
        described
    };
    let described = source::within(described, engine, &ticket, limit, context.stop).await.ok()??;
    let sql = pushdown::drawn(one.check, server, bits, &asked.sql, &described)?;
    let frame = source::query(engine, &sql, limit, context.stop).await.ok()?.frame;
    let columns: Vec<Vec<Value>> = evidence.columns.iter().map(|head| frame.values(&head.name)).collect();
    if columns.iter().any(|column| column.len() != frame.height()) {
        return None;
    }
    let key = |values: &[Value]| {
        let of_key = evidence.columns.iter().zip(values).filter(|(head, _)| head.key).map(|(_, value)| value.clone());
        key_as_shown(&one.check.key, &of_key.collect::<Vec<_>>()).to_string()
    };
    let of_old = evidence.rows.iter().filter(|row| row.class != Difference::Extra);
    let differing: HashSet<String> = of_old.map(|row| key(&row.values)).collect();
    let rows = (0..frame.height()).map(|row| columns.iter().map(|column| column[row].clone()).collect::<Vec<_>>());
    let agreeing = rows.filter_map(|values| {
        let key = key(&values);
        // The bits by which the server picked the row.
        (!differing.contains(&key)).then(|| (xxh3_64(key.as_bytes()) >> bits, values))
    });
    Some(agreeing.collect())
}

//! The differences planted in the new side of the demo, one of every kind.
//!
//! Each is as small as such a fault can be, and touches as few checks of the demo suite as it can; those of the invoices are
//! as large as migrations make them.

use super::invoices;
use super::shop::{self, New, NewTrace, Shop};

/// Lost: its spans stay behind without it. It has no tag.
pub const LOST_TRACE: &str = "trace-0100";
/// Appeared, a copy of another trace on another day than the lost one.
pub const EXTRA_TRACE: &str = "trace-9999";
/// Present twice in new; a tool call, so that no sum over model calls moves.
pub const DUPLICATED_KIND: &str = "tool";
/// Its cost is off by one in the twelfth digit after the point.
pub const RECOSTED_SPAN: &str = "trace-0007/1";
/// One of its tags is gone.
pub const UNTAGGED_TRACE: &str = "trace-0013";
/// Has a tag it never had.
pub const TAGGED_TRACE: &str = "trace-0021";
/// The tag it never had.
pub const ADDED_TAG: &str = "imported";
/// Has one of its tags twice.
pub const DOUBLE_TAGGED_TRACE: &str = "trace-0033";
/// Its p95 drifted upwards by a quarter.
pub const DRIFTED_MODEL: &str = "finch-3";

const TWO_HOURS: i64 = 2 * 3_600_000_000;

/// Returns the pair of schemas; `clean` leaves out the planted differences.
pub fn shop(clean: bool) -> Shop {
    let mut shop = shop::clean();
    if !clean {
        plant(&mut shop.new);
    }
    shop
}

/// Plants every difference in `new`.
fn plant(new: &mut New) {
    new.invoices = invoices::planted(&new.invoices);
    new.has_narrow_amounts = true;
    let template = new.traces.iter().find(|trace| trace.session_id.is_some() && trace.day % 7 == 4).cloned();
    new.traces.retain(|trace| trace.trace_id != LOST_TRACE);
    if let Some(template) = template {
        new.traces.push(NewTrace { trace_id: EXTRA_TRACE.to_owned(), tags: Vec::new(), ..template });
    }
    if let Some(copy) = new.spans.iter().find(|span| span.kind == DUPLICATED_KIND).cloned() {
        new.spans.push(copy);
    }
    for span in new.spans.iter_mut().filter(|span| span.span_id == RECOSTED_SPAN) {
        span.cost_picos = span.cost_picos.map(|picos| picos + 1);
    }
    for trace in &mut new.traces {
        match trace.trace_id.as_str() {
            UNTAGGED_TRACE => {
                trace.tags.pop();
            }
            TAGGED_TRACE => trace.tags.push(ADDED_TAG.to_owned()),
            DOUBLE_TAGGED_TRACE => trace.tags.extend(trace.tags.first().cloned()),
            _ => {}
        }
    }
    for latency in &mut new.model_latency {
        if latency.model == DRIFTED_MODEL {
            latency.p95 = (latency.p95 * 1.25).round();
            latency.p99 = latency.p99.max(latency.p95);
        }
        latency.seen_until -= TWO_HOURS;
    }
}

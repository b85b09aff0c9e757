//! Asks the servers of a row diff for what they can do of it before any row is read: describe the queries, cut them down
//! to a sample, and find the rows that differ.

use std::time::Instant;

use super::super::context::elapsed_ms;
use super::super::options::DiffStrategy;
use super::attempt_result::AttemptResult;
use super::pushdown;
use super::pushdown::checksums::{Checksums, Next};
use super::pushdown::{Answer, Asked};
use super::scan::{Session, SideQuery, TwoSidedScan};
use crate::model::{ErrorCode, ErrorReport, Place, SampleReport, Side, Sides};
use crate::source;
use crate::source::pushdown::Described;

/// Rows of both sides that are read where two servers say that some differ, unless they are asked for by name.
const FEW: u64 = 1_000_000;

/// No server is asked.
const UNKNOWN: (Answer, &str) = (Answer::Unknown, "");

impl<'a> TwoSidedScan<'a> {
    /// What is sent: the queries of the check, each cut down to the sample where its server can do that.
    pub(crate) async fn queries(
        &self,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<Sides<String>, ErrorReport> {
        let (check, sides) = (self.one.check, &self.sides);
        let as_they_are = Sides { old: sides.old.sql.clone(), new: sides.new.sql.clone() };
        let Some(sample) = &check.sample else { return Ok(as_they_are) };
        let described = self.described(old, new).await?;
        let cut = |side, asked: &SideQuery<'_>, described: Option<Vec<Described>>| {
            pushdown::sampled(check, sample, side, asked.engine.driver().dialect, &asked.sql, &described?)
        };
        let old = cut(Side::Old, &sides.old, described.old);
        let new = cut(Side::New, &sides.new, described.new);
        result.sample = Some(SampleReport { share: sample.text.clone(), by_server: old.is_some() && new.is_some() });
        Ok(Sides { old: old.unwrap_or(as_they_are.old), new: new.unwrap_or(as_they_are.new) })
    }

    /// The columns of each side, where its engine knows them beforehand.
    async fn described(
        &self,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
    ) -> Result<Sides<Option<Vec<Described>>>, ErrorReport> {
        let (sides, stop) = (&self.sides, self.context.stop);
        let (old, new) = tokio::join!(
            source::within(old.describe(&sides.old.sql), sides.old.engine, &sides.old.ticket, self.timeout, stop),
            source::within(new.describe(&sides.new.sql), sides.new.engine, &sides.new.ticket, self.timeout, stop),
        );
        let old = old.map_err(|error| self.located(&sides.old, error));
        let new = new.map_err(|error| self.located(&sides.new, error));
        Sides { old, new }.all().map_err(ErrorReport::joined)
    }

    /// Lets the server that holds both sides find out which rows differ, and names the hash it does that by; where none
    /// does, the report is filled.
    pub(crate) async fn server(
        &self,
        queries: &Sides<String>,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<(Answer, &'static str), ErrorReport> {
        let wanted = self.context.options.plan;
        if wanted == DiffStrategy::Stream || (wanted == DiffStrategy::Auto && self.keys().is_some()) {
            return Ok(UNKNOWN);
        }
        let refused = |why: ErrorReport| match wanted {
            DiffStrategy::Server => {
                Err(why.at(Place::ServerPlan).and_hint("leave the plan to cutover with --plan auto"))
            }
            _ => Ok(UNKNOWN),
        };
        let refuse = |why: &str| refused(ErrorReport::new(ErrorCode::PlanUnfit, why));
        let sides = &self.sides;
        if self.one.attempt.is_some_and(|attempt| !attempt.excluded.is_empty()) {
            return refuse("keys of old differ from themselves, and the server does not know which");
        }
        let Some(question) = pushdown::question(sides.old.engine, sides.new.engine) else {
            return refuse("both sides must be on one engine, and one that sums hashes of rows");
        };
        let (Asked::Together(written) | Asked::Apart(written)) = question;
        if wanted == DiffStrategy::Auto && !written.is_faster() {
            return Ok(UNKNOWN);
        }
        if self.keys().is_some() {
            return refuse("only the keys that differed before are looked at");
        }
        if result.sample.as_ref().is_some_and(|sample| !sample.by_server) {
            return refuse("this sample is not picked by the server");
        }
        let described = match self.described(old, new).await? {
            Sides { old: Some(old), new: Some(new) } => Sides { old, new },
            _ => {
                return refuse(
                    "the columns are not known, or what the question is made of may mean something else there",
                );
            }
        };
        if sides.old.engine.driver().capabilities.ignores_case
            && let Err(why) = pushdown::distinct_names(&described)
        {
            return refused(why);
        }
        let (check, hash) = (self.one.check, self.context.options.hash);
        let asked = match pushdown::ServerDiff::new(written, check, self.options(), hash, &described) {
            Ok(asked) => asked,
            Err(why) => return refused(why),
        };
        let clock = Instant::now();
        let together = matches!(question, Asked::Together(_)).then(|| asked.sql(queries)).flatten();
        let answer = match together {
            Some(sql) => {
                let answer = self.whole(Side::Old, old, &sql).await?;
                answer.map(|answer| {
                    result.note(answer.warnings);
                    asked.answered(&answer.frame, queries)
                })
            }
            None => self.checksums(&asked, queries, (old, new), result).await?,
        };
        // Of so few rows all may be read, and the diagnosis has those that agree to hold the others against.
        if let Some(Answer::Differing(found)) = &answer
            && wanted == DiffStrategy::Auto
            && found.buckets.is_some()
            && found.rows() <= FEW
        {
            return Ok(UNKNOWN);
        }
        let Some(answer) = answer else { return refuse("the source is not asked that way") };
        let elapsed = elapsed_ms(clock);
        let names = described.old.iter().chain(&described.new).map(|column| column.name.as_str());
        result.note_columns(names);
        result.sides.present_mut().for_each(|(_, side)| side.elapsed_ms = elapsed);
        Ok((answer, asked.hash()))
    }

    /// Asks each side for sums by buckets, and again by finer ones where many rows are in buckets that differ; absent where
    /// the source is not asked that way.
    async fn checksums(
        &self,
        asked: &pushdown::ServerDiff,
        queries: &Sides<String>,
        (old, new): (&mut Session<'a>, &mut Session<'a>),
        result: &mut AttemptResult,
    ) -> Result<Option<Answer>, ErrorReport> {
        let mut sums = Checksums::new(asked, queries);
        let (mut bits, mut within) = (Checksums::bits(), None);
        loop {
            let sql = Sides::each(|side| sums.sql(side, bits, within.as_ref()));
            let answers = tokio::join!(self.whole(Side::Old, old, &sql.old), self.whole(Side::New, new, &sql.new));
            let answers = Sides { old: answers.0, new: answers.1 }.all().map_err(ErrorReport::joined)?;
            let Sides { old: Some(old), new: Some(new) } = answers else { return Ok(None) };
            for (side, warnings) in [(Side::Old, old.warnings), (Side::New, new.warnings)] {
                result.note(warnings.into_iter().map(|warning| warning.of(side)).collect());
            }
            match sums.answered(&Sides { old: old.frame, new: new.frame }, bits) {
                Next::Answer(answer) => return Ok(Some(answer)),
                Next::Finer { within: buckets, bits: finer } => (within, bits) = (Some(buckets), finer),
            }
        }
    }

    /// Asks the server of one side for an answer of few rows; absent where it is not asked that way.
    async fn whole(
        &self,
        side: Side,
        session: &mut Session<'a>,
        sql: &str,
    ) -> Result<Option<source::Answer>, ErrorReport> {
        let of = self.sides.get(side);
        let answer = source::within(session.whole(sql), of.engine, &of.ticket, self.timeout, self.context.stop).await;
        answer.map_err(|error| self.located(of, error))
    }
}

//! `cutover rehearse --prove`: the pack's checks on their answers, and on each of its defects.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::super::console::Screen;
use super::super::super::proving::How;
use super::super::super::selection::{Patterns, select};
use super::super::super::{proving, suites};
use super::args::RehearseArgs;
use crate::model::{CheckReport, MutantReport, ProofPlace, ProofReport, Sighting};
use crate::prove;
use crate::prove::Request;
use crate::rehearse;
use crate::rehearse::{Pack, RehearsalError, RehearsalPlan};
use crate::report::{proof, visible};
use crate::run::Selected;
use crate::source::{CancellationToken, SourceUrl};
use crate::suite::Overrides;

/// Time allowed per query, unless the check says otherwise.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A pack that is put to the proof in two scratch databases, or in one.
struct Proof<'a> {
    pack: &'a Pack,
    old: &'a SourceUrl,
    new: &'a SourceUrl,
    plan: RehearsalPlan,
    selected: &'a [Selected<'a>],
    request: &'a Request,
    stop: &'a CancellationToken,
    screen: &'a Screen,
}

/// Builds the pack clean and with each of its defects, one after the other, tells what its checks see, and leaves the
/// databases as they were.
pub(super) async fn prove(
    args: &RehearseArgs,
    pack: &Pack,
    old: &SourceUrl,
    new: &SourceUrl,
    rows: u64,
) -> Result<u8, String> {
    let told = |error: RehearsalError| visible(&error.to_string());
    let defects = chosen(pack, &args.defect)?;
    rehearse::can_clear(pack, old, new).await.map_err(told)?;
    let given = |side: &str| args.url.iter().rev().find(|(name, _)| name == side).cloned();
    let overrides = Overrides {
        params: pack.settings.params.clone().into_iter().collect(),
        sources: ["old", "new"].into_iter().filter_map(given).collect(),
    };
    let suites = match suites::load(std::slice::from_ref(&pack.folder), &overrides) {
        Ok(suites) => suites,
        Err(code) => return Ok(code),
    };
    let patterns = Patterns::new(&[])?;
    let selected = select(&suites, &patterns, &pack.settings.tags)?;
    let how = How {
        on: ProofPlace::Answers,
        jobs: args.jobs,
        timeout: TIMEOUT,
        memory: None,
        no_examples: false,
        seed: args.seed,
        budget: None,
        look: args.look,
    };
    let request = proving::request(&selected, &patterns, &how)?;
    let screen = Screen::new(args.look, args.json, selected.len());
    let stop = CancellationToken::default();
    let plan = RehearsalPlan { rows, seed: args.seed, defect: None };
    let proof = Proof { pack, old, new, plan, selected: &selected, request: &request, stop: &stop, screen: &screen };
    let (report, is_signalled) = proving::until_done(proof.report(&defects), &stop).await;
    proving::tell(&report.map_err(told)?, &screen, (args.json, args.html.as_deref()), is_signalled)
}

/// The defects to try, each with its story.
fn chosen(pack: &Pack, names: &[String]) -> Result<Vec<(String, String)>, String> {
    let all = pack.defects();
    let wanted: BTreeSet<&String> = names.iter().collect();
    for name in &wanted {
        pack.planted(Some(name)).map_err(|error| error.to_string())?;
    }
    let chosen = all.into_iter().filter(|defect| wanted.is_empty() || wanted.contains(&defect.name));
    Ok(chosen.map(|defect| (defect.name, defect.story)).collect())
}

impl Proof<'_> {
    async fn report(&self, defects: &[(String, String)]) -> Result<ProofReport, RehearsalError> {
        // Refuses databases that hold something of the pack: what is there from here on is this proof's own.
        self.build(None).await?;
        let report = self.tried(defects).await;
        if report.is_err() {
            // What went wrong first is what is told.
            let _ = self.clear().await;
        }
        report
    }

    async fn tried(&self, defects: &[(String, String)]) -> Result<ProofReport, RehearsalError> {
        let mut report = prove::prove(self.selected, self.request, self.stop, |check| {
            self.screen.say(&format!("{}\n", proof::line(check, &self.screen.style)));
        })
        .await;
        let before = prove::ran(self.selected, self.request, self.stop).await;
        self.clear().await?;
        let clock = std::time::Instant::now();
        for (name, story) in defects {
            let defect = self.defect(name, story, &before).await?;
            self.screen.say(&format!("{}\n", proof::defect_line(&defect, &self.screen.style)));
            report.defects.push(defect);
        }
        report.elapsed_ms += u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        report.interrupted |= self.stop.is_cancelled();
        prove::accept_defects(self.selected, &mut report);
        Ok(report)
    }

    async fn defect(&self, name: &str, story: &str, before: &[CheckReport]) -> Result<MutantReport, RehearsalError> {
        if self.stop.is_cancelled() {
            let reason = Some("the proof was interrupted".to_owned());
            return Ok(MutantReport { outcome: Sighting::Untested, reason, ..prove::defect(name, story, &[], &[]) });
        }
        self.build(Some(name)).await?;
        let after = prove::ran(self.selected, self.request, self.stop).await;
        self.clear().await?;
        let found = prove::defect(name, story, before, &after);
        // What a run that was stopped skipped says nothing.
        if self.stop.is_cancelled() {
            let reason = Some("the proof was interrupted".to_owned());
            return Ok(MutantReport { outcome: Sighting::Untested, reason, seen_by: Vec::new(), ..found });
        }
        Ok(found)
    }

    async fn build(&self, defect: Option<&str>) -> Result<(), RehearsalError> {
        let plan = RehearsalPlan { defect: defect.map(str::to_owned), ..self.plan.clone() };
        rehearse::build(self.pack, self.old, self.new, &plan).await.map(drop)
    }

    async fn clear(&self) -> Result<(), RehearsalError> {
        rehearse::clear(self.pack, self.old, self.new).await
    }
}

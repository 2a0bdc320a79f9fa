//! What must be true at the end: figures that balance and are those of the plan, sealed files, an intact ledger, nothing parked.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use chassis::grpc::LARGEST_MESSAGE;
use sha2::{Digest as _, Sha256};
use suda_proto::{
    archive::v1::{VerifyLedgerRequest, archive_service_client::ArchiveServiceClient},
    intake::v1::{ListGroupsRequest, group_service_client::GroupServiceClient},
    regulatory_report::v1::{
        FiguresRequest, FiguresResponse, Scope, Term,
        regulatory_report_service_client::RegulatoryReportServiceClient,
    },
};

use super::{
    cast::Cast,
    expected::{self, Summary},
    plan::Plan,
    proving, reporting,
    watch::Watch,
};
use crate::session::answer;

/// The figures that are compared with the plan.
const SUMMARY: [&str; 7] = [
    "received",
    "closed",
    "carried_forward",
    "resolved",
    "declined",
    "withdrawn",
    "elsewhere",
];

/// How long the archive may take, after the last moment, to seal one more file of those that are left.
const SEALING: Duration = Duration::from_secs(120);

/// Whose figures of when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) year: u32,
    pub(super) term: Term,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The summary of the province.
    pub province: BTreeMap<String, u64>,
    /// How many units' figures were compared.
    pub units: u64,
    /// How many entries the ledger has.
    pub ledger_entries: u64,
    /// How many files are sealed.
    pub sealed: u64,
    /// How many of them were taken out and proved, one of each union.
    pub proved: u64,
    /// How many groups of like complaints were warned of.
    pub groups: u64,
    /// SHA-256 of all figures of the province with their cases, hexadecimal: the same seed gives the same one.
    pub digest: String,
    /// What is not as it should be.
    pub wrong: Vec<String>,
}

/// Compares everything.
pub(super) async fn check(
    cast: &Arc<Cast>,
    plan: &Plan,
    span: Span,
    watch: &Watch,
) -> anyhow::Result<Findings> {
    let mut found = Findings::default();
    let planned = expected::summaries(plan, cast.unions.len());
    let mut offices: BTreeMap<&str, Summary> = BTreeMap::new();
    let mut province = Summary::new();
    for (union, summary) in cast.unions.iter().zip(&planned) {
        compare(cast, &union.code, summary, span, &mut found).await?;
        for (code, count) in summary {
            *offices
                .entry(&union.office)
                .or_default()
                .entry(code)
                .or_default() += count;
            *province.entry(code).or_default() += count;
        }
    }
    for (office, summary) in offices {
        compare(cast, office, &summary, span, &mut found).await?;
    }
    let told = compare(cast, &cast.province, &province, span, &mut found).await?;
    found.digest = digest(&told)?;
    for row in told
        .tables
        .iter()
        .filter(|table| table.code == "summary")
        .flat_map(|table| &table.rows)
    {
        found.province.insert(row.code.clone(), row.count);
    }
    ledger(cast, &mut found).await?;
    found.sealed = sealed(watch).await?;
    let (proved, wrong) = proving::files(cast).await?;
    found.proved = proved;
    found.wrong.extend(wrong);
    found.groups = groups(cast).await?;
    let ended = expected::ended(plan);
    if found.sealed != ended {
        found.wrong.push(format!(
            "{} files are sealed, {ended} complaints ended; the archive's log says what it waits for",
            found.sealed
        ));
    }
    Ok(found)
}

/// How many files are sealed when no more come.
async fn sealed(watch: &Watch) -> anyhow::Result<u64> {
    let count = async |of: &str| {
        let archive = watch.status("archive").await?;
        anyhow::Ok(archive.counts.get(of).copied().unwrap_or_default())
    };
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let (mut left, mut since) = (u64::MAX, Instant::now());
    // What cannot be sealed is a finding: the wait ends, for the other findings are wanted too.
    while left > 0 && since.elapsed() < SEALING {
        tick.tick().await;
        let now = count("ended_unsealed").await?;
        if now < left {
            (left, since) = (now, Instant::now());
        }
    }
    count("sealed_files").await
}

/// How many groups of like complaints were warned of (guideline art. 9).
async fn groups(cast: &Cast) -> anyhow::Result<u64> {
    let officer = reporting::compliance(cast)?;
    let mut intake = GroupServiceClient::new(cast.peer(&officer, "intake").await?);
    let mut count = 0;
    for union in &cast.unions {
        let request = ListGroupsRequest {
            union_code: union.code.clone(),
            limit: 1000,
        };
        count += answer(intake.list_groups(request).await)?.groups.len();
    }
    Ok(u64::try_from(count)?)
}

/// Compares a unit's figures with the plan, and their sums with themselves.
async fn compare(
    cast: &Cast,
    unit: &str,
    planned: &Summary,
    span: Span,
    found: &mut Findings,
) -> anyhow::Result<FiguresResponse> {
    let told = figures(cast, unit, span)
        .await
        .with_context(|| format!("the figures of {unit}"))?;
    found.units += 1;
    for identity in told.identities.iter().filter(|identity| !identity.holds) {
        found.wrong.push(format!(
            "{unit}: {} does not hold: {} and {}",
            identity.sentence, identity.left, identity.right
        ));
    }
    let pairs = SUMMARY.map(|code| ("summary", code, code));
    for (table, row, code) in pairs.into_iter().chain([("appeal", "lodged", "appeals")]) {
        let (is, should) = (
            count(&told, table, row),
            planned.get(code).copied().unwrap_or_default(),
        );
        if is != should {
            found
                .wrong
                .push(format!("{unit}: {code} is {is}, the plan says {should}"));
        }
    }
    Ok(told)
}

async fn figures(cast: &Cast, unit: &str, span: Span) -> anyhow::Result<FiguresResponse> {
    let officer = reporting::compliance(cast)?;
    let peer = cast.peer(&officer, "regulatory-report").await?;
    let mut client =
        RegulatoryReportServiceClient::new(peer).max_decoding_message_size(LARGEST_MESSAGE);
    let scope = Scope {
        unit_code: unit.to_owned(),
        year: span.year,
        term: span.term.into(),
        ..Scope::default()
    };
    answer(client.figures(FiguresRequest { scope: Some(scope) }).await)
}

fn count(told: &FiguresResponse, table: &str, row: &str) -> u64 {
    let mut rows = told
        .tables
        .iter()
        .filter(|known| known.code == table)
        .flat_map(|table| &table.rows);
    rows.find(|known| known.code == row)
        .map_or(0, |row| row.count)
}

/// All figures and their cases as one number.
fn digest(told: &FiguresResponse) -> anyhow::Result<String> {
    let mut text = String::new();
    for table in &told.tables {
        for row in &table.rows {
            writeln!(
                text,
                "{} {} {} {}",
                table.code,
                row.code,
                row.count,
                row.case_numbers.join(" ")
            )?;
        }
    }
    Ok(hex::encode(Sha256::digest(text)))
}

/// Lets the archive recompute its chain and check its signed checkpoints.
async fn ledger(cast: &Cast, found: &mut Findings) -> anyhow::Result<()> {
    let officer = reporting::compliance(cast)?;
    let peer = cast.peer(&officer, "archive").await?.within(super::LONG);
    let mut archive = ArchiveServiceClient::new(peer);
    let told = answer(archive.verify_ledger(VerifyLedgerRequest::default()).await)?;
    found.ledger_entries = told.entries;
    if !told.intact {
        found.wrong.push(format!(
            "the ledger is not intact: {} faults",
            told.faults.len()
        ));
    }
    Ok(())
}

//! The year-end transfer (guideline art. 22): packing a year into a bag, checking it, accepting or returning it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::SubsecRound as _;
use suda_proto::archive::v1::{
    CheckItem, CheckProperty, CheckResult, PrepareTransferResponse, ReceiveTransferResponse,
};
use uuid::Uuid;

use super::{Actor, Asked};
use crate::{
    clockwork,
    desk::Desk,
    domain::{
        bag,
        checks::{self, Check, Outcome, Property},
        package,
        transfer::{self, Decision, State, Year},
    },
    errors::ActionError,
    inspection::{self, Expected},
    lists::{self, Handed, Handing},
    publications::{self, Teller},
    record::{self, Signature},
    scanning,
    store::{
        big, cases,
        files::FileRow,
        keeping, ledger,
        transfers::{self, TransferRow},
    },
};

/// What is known of a union's year, and the files that wait.
async fn year_of(
    desk: &Desk,
    union: &str,
    year: i32,
) -> Result<(Year, Vec<TransferRow>, Vec<FileRow>), ActionError> {
    let db = desk.db.reader();
    let before = transfers::of_year(db, union, year).await?;
    let waiting = transfers::waiting(db, union, year).await?;
    let in_state = |state: State| before.iter().filter(move |row| row.state == state.word());
    let known = Year {
        year,
        now: package::year(desk.clock.now()),
        unsealed: transfers::unsealed(db, union, year).await?,
        waiting: waiting.len(),
        accepted: u32::try_from(in_state(State::Accepted).count()).unwrap_or(u32::MAX),
        open_batch: in_state(State::HandedOver)
            .next()
            .map(|row| u32::try_from(row.batch).unwrap_or(0)),
    };
    Ok((known, before, waiting))
}

/// Hands a year over: every sealed file that no transfer holds, as one bag; what goes beyond the largest bag follows in the
/// next batch.
///
/// # Errors
/// When cases of the year are not sealed, a batch waits to be received, or nothing is left.
pub async fn prepare(
    desk: &Desk,
    actor: &Actor,
    asked: &Asked,
    union: &str,
    year: i32,
) -> Result<PrepareTransferResponse, ActionError> {
    let before = desk
        .db
        .transaction("look_up_request", async |tx| asked.before(tx).await)
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    let (known, earlier, mut files) = year_of(desk, union, year).await?;
    transfer::hand_over(&known)?;
    within(&mut files, desk.settings.bag_limit_bytes);
    let now = desk.clock.now().trunc_subsecs(6);
    let batch = u32::try_from(earlier.len() + 1).unwrap_or(u32::MAX);
    let made = make(desk, actor, union, (year, batch), &files, now).await?;
    let bag_bytes = i64::try_from(made.bytes.len()).unwrap_or(i64::MAX);
    let digest = desk
        .blobs
        .put(made.bytes.into())
        .await
        .map_err(ActionError::Blobs)?;
    let row = TransferRow {
        transfer_id: desk.ids.new_id(),
        union_code: union.to_owned(),
        year,
        batch: i32::try_from(batch).unwrap_or(i32::MAX),
        state: State::HandedOver.word().to_owned(),
        files: i32::try_from(files.len()).unwrap_or(i32::MAX),
        payload_bytes: files.iter().filter_map(|file| file.size_bytes).sum(),
        bag_digest: digest,
        bag_bytes,
        handed_at: now,
        handed_by: actor.person_id.clone(),
        handed_by_post: actor.post.clone(),
        decided_at: None,
        decided_by: String::new(),
        decided_by_post: String::new(),
        findings: String::new(),
        bag_gone: false,
        revision: 1,
    };
    let lines: Vec<(String, Uuid)> = made
        .paths
        .into_iter()
        .zip(files.iter().map(|file| file.file_id))
        .collect();
    desk.db
        .transaction("hand_over", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            transfers::lock_year(tx, union, year).await?;
            // Whoever was quicker has taken the batch, or a file of it.
            let stands = transfers::of_year(tx, union, year).await? == earlier;
            let ids = files.iter().map(|file| file.file_id).collect();
            let locked = keeping::lock(tx, ids).await?;
            let free = locked
                .iter()
                .all(|file| file.transfer_id.is_none() && file.destroyed_at.is_none());
            if !stands || !free || locked.len() != files.len() {
                return Err(ActionError::Stale);
            }
            transfers::insert(tx, &row, &lines).await?;
            for file in &locked {
                keeping::hand(tx, file.file_id, Some(row.transfer_id)).await?;
            }
            let teller = Teller {
                tx,
                desk,
                actor: &actor.post,
                at: now,
            };
            teller.handed_over(&row).await?;
            let answer = PrepareTransferResponse {
                transfer: Some(publications::transfer(&row)),
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}

/// As many files as fit, at least one.
fn within(files: &mut Vec<FileRow>, limit: u64) {
    let mut bytes = 0_u64;
    let fitting = files
        .iter()
        .take_while(|file| {
            bytes += file.size_bytes.map_or(0, crate::store::count);
            bytes <= limit
        })
        .count();
    files.truncate(fitting.max(1));
}

struct Made {
    bytes: Vec<u8>,
    paths: Vec<String>,
}

/// Makes the bag of these files.
async fn make(
    desk: &Desk,
    actor: &Actor,
    union: &str,
    (year, batch): (i32, u32),
    files: &[FileRow],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Made, ActionError> {
    let db = desk.db.reader();
    let name = bag::name(union, year, batch);
    let names = cases::unit_names(db, vec![union.to_owned()]).await?;
    let union_name = names
        .first()
        .and_then(|names| names.split(' ').next())
        .unwrap_or(union);
    let day = clockwork::day(now);
    let handing = Handing {
        name: &name,
        union,
        union_name,
        year,
        batch,
        handed_by_post: &actor.post,
        day: &day,
    };
    let mut handed = Vec::with_capacity(files.len());
    let mut items: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for row in files {
        let path = format!("{}{}.zip", bag::FILES, row.archival_code);
        let bytes = bytes_of(desk, row.file_digest.as_deref(), &row.archival_code).await?;
        items.insert(path.clone(), bytes);
        handed.push(Handed {
            row,
            path,
            pages: transfers::pages(db, row.file_id).await?,
        });
    }
    let paths = handed.iter().map(|one| one.path.clone()).collect();
    let bytes = pack(desk, &handing, &handed, items).map_err(|error| {
        ActionError::Broken(format!("the bag {name} cannot be made: {error:#}"))
    })?;
    Ok(Made { bytes, paths })
}

fn pack(
    desk: &Desk,
    handing: &Handing<'_>,
    handed: &[Handed<'_>],
    mut items: BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<Vec<u8>> {
    items.insert(bag::LIST.to_owned(), lists::list(handing, handed)?);
    let json = record::pretty(&lists::list_json(handing, handed))?;
    items.insert(bag::LIST_JSON.to_owned(), json);
    items.insert(bag::FORM.to_owned(), lists::form(handing, handed)?);
    items.insert(bag::DIGESTS.to_owned(), lists::digests(handed)?);
    let payload = items
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let manifest = package::manifest(payload.clone());
    let info = bag::write_info(&[
        ("Source-Organization", handing.union_name.to_owned()),
        ("External-Identifier", handing.name.to_owned()),
        (
            "External-Description",
            format!(
                "{} 年客户投诉档案年终移交第 {} 批",
                handing.year, handing.batch
            ),
        ),
        ("Bagging-Date", handing.day.to_owned()),
        ("Payload-Oxum", bag::oxum(payload.map(|(_, bytes)| bytes))),
        (
            "Bag-Group-Identifier",
            format!("{}-{}", handing.union, handing.year),
        ),
        ("Bag-Count", format!("{} of ?", handing.batch)),
    ]);
    items.insert(bag::DECLARATION.to_owned(), bag::DECLARED.into());
    items.insert(bag::INFO.to_owned(), info.into());
    items.insert(bag::MANIFEST.to_owned(), manifest.into());
    let tags = [bag::DECLARATION, bag::INFO, bag::MANIFEST];
    let tags = tags.map(|path| (path, items.get(path).map_or(&[][..], Vec::as_slice)));
    let tag_manifest = package::manifest(tags);
    let signature = record::pretty(&Signature {
        algorithm: "Ed25519".to_owned(),
        over: bag::TAG_MANIFEST.to_owned(),
        key_id: desk.keys.key_id().to_owned(),
        public_pem: desk.keys.public_pem().to_owned(),
        signature: record::base64(&desk.keys.sign(tag_manifest.as_bytes())),
    })?;
    items.insert(bag::TAG_MANIFEST.to_owned(), tag_manifest.into());
    items.insert(bag::SIGNATURE.to_owned(), signature);
    inspection::pack(handing.name, &items).context("the container cannot be written")
}

/// Bytes of the object store that must be there.
async fn bytes_of(desk: &Desk, digest: Option<&str>, what: &str) -> Result<Vec<u8>, ActionError> {
    match desk.blobs.get(digest.unwrap_or_default()).await {
        Ok(Some(bytes)) => Ok(bytes.to_vec()),
        Ok(None) => Err(ActionError::Damaged(what.to_owned())),
        Err(error) if error.to_string().contains("were changed") => {
            Err(ActionError::Damaged(what.to_owned()))
        }
        Err(error) => Err(ActionError::Blobs(error)),
    }
}

/// The bytes of a transfer's bag.
///
/// # Errors
/// When it was removed because a file in it was destroyed, or is damaged.
pub async fn bytes(desk: &Desk, row: &TransferRow) -> Result<Vec<u8>, ActionError> {
    if row.bag_gone {
        let sentence = "本批有案卷已到期销毁,移交包不再保存;其余案卷请逐件调阅".to_owned();
        return Err(ActionError::NotNow("transfer.bag_gone", sentence));
    }
    let name = bag::name(
        &row.union_code,
        row.year,
        u32::try_from(row.batch).unwrap_or(0),
    );
    bytes_of(desk, Some(&row.bag_digest), &name).await
}

/// Executes the four checks on a transfer as it lies in the store.
///
/// # Errors
/// When a store fails; what is wrong with the bag is a finding.
pub async fn check(desk: &Desk, row: &TransferRow) -> Result<Vec<Check>, ActionError> {
    let db = desk.db.reader();
    let bag = bytes(desk, row).await?;
    let lines = transfers::lines(db, row.transfer_id).await?;
    let told = ledger::about(db, vec![row.transfer_id.to_string()]).await?;
    let scanned = match desk.settings.scanner_address.as_str() {
        "" => None,
        address => Some(scanning::scan(address, inspection::originals(&bag)).await),
    };
    let keys = std::iter::once(desk.keys.public_pem().to_owned());
    let expected = Expected {
        bag_digest: row.bag_digest.clone(),
        files: lines
            .into_iter()
            .map(|line| (line.path, line.file))
            .collect(),
        registered: keeping::registered(db, &row.union_code, row.year).await?,
        keys: keys
            .chain(desk.settings.former_keys.iter().cloned())
            .collect(),
        unsealed: transfers::unsealed(db, &row.union_code, row.year).await?.0,
        in_ledger: told.iter().any(|entry| {
            entry
                .event
                .subject
                .starts_with("suda.archive.v1.YearHandedOver.")
        }),
        scanned,
    };
    Ok(inspection::examine(&bag, &expected))
}

/// What the archive room says.
pub struct Verdict<'a> {
    /// The revision that it saw.
    pub seen: u64,
    /// Whether it accepts.
    pub accept: bool,
    /// What it found.
    pub findings: &'a str,
}

/// Accepts or returns a transfer, after the four checks.
///
/// # Errors
/// When a check failed and it is to be accepted, the same person handed it over, or it was decided.
pub async fn receive(
    desk: &Desk,
    actor: &Actor,
    asked: &Asked,
    row: &TransferRow,
    verdict: &Verdict<'_>,
) -> Result<ReceiveTransferResponse, ActionError> {
    let before = desk
        .db
        .transaction("look_up_request", async |tx| asked.before(tx).await)
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    let checks = check(desk, row).await?;
    let failed = checks::failed(&checks);
    let now = desk.clock.now().trunc_subsecs(6);
    desk.db
        .transaction("receive_transfer", async |tx| {
            if let Some(before) = asked.before(tx).await? {
                return Ok(before);
            }
            transfers::lock_year(tx, &row.union_code, row.year).await?;
            let mut row = transfers::lock(tx, row.transfer_id)
                .await?
                .ok_or(ActionError::None("批移交"))?;
            let state = State::from_word(&row.state)
                .ok_or_else(|| ActionError::Broken(format!("transfer {}", row.transfer_id)))?;
            if state == State::HandedOver && row.revision != big(verdict.seen) {
                return Err(ActionError::Stale);
            }
            let decision = Decision {
                handed_by: &row.handed_by,
                decided_by: &actor.person_id,
                accept: verdict.accept,
                findings: verdict.findings,
                failed: &failed,
            };
            let after = transfer::decide(state, decision)?;
            after.word().clone_into(&mut row.state);
            row.decided_at = Some(now);
            row.decided_by.clone_from(&actor.person_id);
            row.decided_by_post.clone_from(&actor.post);
            verdict.findings.clone_into(&mut row.findings);
            row.revision += 1;
            transfers::decide(tx, &row).await?;
            transfers::keep_checks(tx, row.transfer_id, &checks).await?;
            if after == State::Returned {
                for line in transfers::lines(tx, row.transfer_id).await? {
                    keeping::hand(tx, line.file.file_id, None).await?;
                }
            }
            let waiting = transfers::waiting(tx, &row.union_code, row.year).await?;
            let unsealed = transfers::unsealed(tx, &row.union_code, row.year).await?.0;
            let teller = Teller {
                tx,
                desk,
                actor: &actor.post,
                at: now,
            };
            teller
                .decided(&row, waiting.is_empty() && unsealed == 0)
                .await?;
            let answer = ReceiveTransferResponse {
                transfer: Some(publications::transfer(&row)),
                items: checks.iter().map(item).collect(),
            };
            asked.after(tx, &answer, now).await?;
            Ok(answer)
        })
        .await
}

/// A check in the contract's words.
#[must_use]
pub fn item(check: &Check) -> CheckItem {
    let property = match check.property {
        Property::Authenticity => CheckProperty::Authenticity,
        Property::Completeness => CheckProperty::Completeness,
        Property::Usability => CheckProperty::Usability,
        Property::Security => CheckProperty::Security,
    };
    let result = match check.outcome {
        Outcome::Passed => CheckResult::Passed,
        Outcome::Failed => CheckResult::Failed,
        Outcome::NotExecuted => CheckResult::NotExecuted,
    };
    CheckItem {
        property: property.into(),
        code: check.code.clone(),
        title: check.title.clone(),
        result: result.into(),
        examined: check.examined,
        findings: check.findings.clone(),
    }
}

//! What comes after a call: its recording, its missing form, and the notices people dialled for.

use std::path::Path;

use adapter::{Desk, Outcome, arriving::Arrival, registering::Trouble};
use anyhow::Context as _;
use bytes::Bytes;
use suda_proto::intake::v1::{AddEvidenceRequest, EvidenceItem, EvidenceKind, PutBlobRequest};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    store::{self, AttemptRow, Formless, Unbound},
    way::Phone,
};

/// How often a recording is looked for; with growing pauses that is about a day.
const LOOKS: i32 = 150;
/// The largest recording that can be handed to intake at all, in bytes.
const LARGEST_RECORDING: u64 = 31 * 1024 * 1024;

/// Makes recordings evidence of their complaints. For a task that repeats.
pub async fn bind(desk: &Desk<Phone>) -> anyhow::Result<String> {
    let mut bound = 0;
    for recording in store::unbound(&desk.base.db).await? {
        match bind_one(desk, &recording).await {
            Ok(Some(note)) => {
                let now = desk.base.clock.now();
                store::bound(&desk.base.db, recording.incoming_id, &note, now).await?;
                bound += 1;
            }
            Ok(None) => store::wait(&desk.base.db, recording.incoming_id).await?,
            Err(error) => {
                tracing::warn!(form = %recording.incoming_id, error = format!("{error:#}"), "a recording could not be bound yet");
                store::wait(&desk.base.db, recording.incoming_id).await?;
            }
        }
    }
    Ok(format!("{bound} recordings done"))
}

/// Binds a recording; gives the reason when it never will be, or `None` when its file is not there yet.
async fn bind_one(desk: &Desk<Phone>, recording: &Unbound) -> anyhow::Result<Option<String>> {
    let line = desk.way.settings.lines.get(&recording.line);
    let Some(folder) = line.map(|line| &line.recordings) else {
        return Ok(Some("线路已撤销".to_owned()));
    };
    if folder.as_os_str().is_empty() {
        return Ok(Some("线路没有录音文件夹".to_owned()));
    }
    // A name, never a path: what is posted must not reach out of the folder.
    let name = Path::new(&recording.recording);
    if name.file_name() != Some(name.as_os_str()) {
        return Ok(Some("录音文件名不是文件名".to_owned()));
    }
    let size = tokio::fs::metadata(folder.join(name))
        .await
        .map_or(0, |file| file.len());
    if size > LARGEST_RECORDING {
        return Ok(Some(format!(
            "录音文件有 {size} 字节，过大，请从呼叫中心调取"
        )));
    }
    let data = match tokio::fs::read(folder.join(name)).await {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let gone = recording.tries >= LOOKS;
            return Ok(gone.then(|| "录音文件一直没有到达".to_owned()));
        }
        Err(_) if recording.tries >= LOOKS => return Ok(Some("录音文件读不出".to_owned())),
        Err(error) => return Err(error).context("cannot read the recording"),
    };
    let file = PutBlobRequest {
        data,
        file_name: recording.recording.clone(),
    };
    let blob = match desk.intake().put_blob(file).await {
        Ok(answer) => answer.into_inner().blob,
        Err(status) => return never(&status),
    };
    let request_id = Uuid::new_v5(&recording.incoming_id, recording.recording.as_bytes());
    let request = AddEvidenceRequest {
        request_id: request_id.to_string(),
        complaint_id: recording.complaint_id.to_string(),
        evidence: vec![EvidenceItem {
            blob,
            kind: EvidenceKind::Recording.into(),
            description: "通话录音".to_owned(),
        }],
    };
    match desk.intake().add_evidence(request).await {
        Ok(_) => Ok(Some(String::new())),
        Err(status) => never(&status),
    }
}

/// The reason of a refusal that will be the same tomorrow; any other is an error, to be tried again.
fn never(status: &Status) -> anyhow::Result<Option<String>> {
    match status.code() {
        Code::InvalidArgument | Code::FailedPrecondition | Code::NotFound | Code::OutOfRange => Ok(
            Some(format!("录音未被接受：{}", chassis::grpc::sentence(status))),
        ),
        code => anyhow::bail!("intake does not take the recording now: {code:?}"),
    }
}

/// Puts aside the calls that were spoken and never written down, the same day (guideline art. 24(1)).
///
/// For a task that repeats; it also forgets nonces that nobody can play again.
pub async fn miss_forms(desk: &Desk<Phone>) -> anyhow::Result<String> {
    let now = desk.base.clock.now();
    let remembered = chrono::TimeDelta::seconds(i64::from(desk.way.settings.skew_seconds) * 2);
    store::forget_nonces(&desk.base.db, now - remembered).await?;
    let (mut missed, mut failed) = (0_usize, 0_usize);
    for call in store::formless(&desk.base.db, now).await? {
        // One call that cannot be put aside must not hide the others.
        match put_aside(desk, &call).await {
            Ok(()) => {
                store::missed_form(&desk.base.db, &call.line, &call.call_id, now).await?;
                missed += 1;
            }
            Err(error) => {
                tracing::error!(
                    line = call.line,
                    error = format!("{error:#}"),
                    "a call without a form could not be put aside"
                );
                failed += 1;
            }
        }
    }
    if missed > 0 {
        desk.base.wake.wake("register");
    }
    anyhow::ensure!(
        failed == 0,
        "{failed} calls without a form could not be put aside, {missed} were"
    );
    Ok(format!("{missed} calls without a form"))
}

async fn put_aside(desk: &Desk<Phone>, call: &Formless) -> anyhow::Result<()> {
    let raw = desk.base.blobs.get(&call.raw_digest).await?;
    // Even when nobody can tell any more who called, that somebody did is to be seen.
    let raw = raw.unwrap_or_else(|| Bytes::from(format!("call {}", call.call_id)));
    let line = desk.way.settings.lines.get(&call.line);
    let id = format!("call:{}", call.call_id);
    desk.keep(Arrival {
        scope: call.line.clone(),
        message_id: id.clone(),
        account: line.map_or_else(|| call.line.clone(), |line| line.number.clone()),
        unit_code: call.unit_code.clone(),
        sender: String::new(),
        received_at: call.answered_at,
        raw,
        body_digest: String::new(),
        flaw: "来电已接听，但当天没有受理单，请听录音或回拨核实".to_owned(),
        note: id,
    })
    .await?;
    Ok(())
}

/// Lets notices take the calls into account that people made for them. For a task that repeats.
pub async fn apply_attempts(desk: &Desk<Phone>) -> anyhow::Result<String> {
    let attempts = store::unapplied(&desk.base.db).await?;
    let applied = attempts.len();
    for attempt in attempts {
        let now = desk.base.clock.now();
        desk.base
            .db
            .transaction("apply_attempt", async |tx| {
                if let Some(outcome) = outcome(&attempt) {
                    let (id, proof) = (&attempt.notice_id, attempt.proof.clone());
                    desk.attempted(tx, id, attempt.dialled_at, &outcome, proof)
                        .await?;
                }
                store::applied(tx, &attempt, now).await?;
                Ok::<_, Trouble>(())
            })
            .await?;
    }
    Ok(format!("{applied} attempts applied"))
}

/// What an attempt means for its notice; `None` while there will be another.
fn outcome(attempt: &AttemptRow) -> Option<Outcome> {
    let result = match attempt.result.as_str() {
        "reached" => {
            return Some(Outcome::Taken {
                proof: Bytes::new(),
                media_type: "",
                said: "电话告知".to_owned(),
            });
        }
        "busy" => "占线",
        "refused" => "对方拒绝听取",
        _ => "无人接听",
    };
    attempt.last.then(|| Outcome::Refused {
        proof: Bytes::new(),
        media_type: "",
        said: format!("电话未能告知（{result}），不再拨打"),
    })
}

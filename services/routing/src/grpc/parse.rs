//! From what was asked on the wire to what the domain speaks of.

use chassis::requests;
use chrono::{DateTime, Utc};
use prost::Message;
use prost_types::Timestamp;
use suda_proto::{common::v1::Blob, routing::v1 as api};
use uuid::Uuid;

use crate::{
    actions::{
        Head,
        command::{Command, Telling},
        hearing,
    },
    domain::{
        answer::{Answer, Manner, Proof},
        case::DeclineGround,
        order::Draft,
    },
    errors::ActionError,
    publications,
};

/// The longest text that is taken; a case's file is not a book.
const LONGEST_TEXT: usize = 200_000;

/// Which request it is, of which thing.
pub(super) fn head(
    rpc: &'static str,
    field: &'static str,
    asked: &impl Message,
    (request_id, id, seen): (&str, &str, u64),
) -> Result<Head, ActionError> {
    if asked.encoded_len() > LONGEST_TEXT {
        let sentence = format!("文字太长,请控制在 {LONGEST_TEXT} 字节以内,长材料请作附件");
        return Err(ActionError::invalid(field, sentence));
    }
    Ok(Head {
        request_id: requests::id(request_id)?,
        rpc,
        digest: requests::digest(asked),
        id: id_of(id, field)?,
        seen,
    })
}

pub(super) fn id_of(text: &str, field: &'static str) -> Result<Uuid, ActionError> {
    text.parse().map_err(|_| {
        ActionError::invalid(field, "编号格式不正确,应为 UUID;请从列表或案件详情中复制")
    })
}

pub(super) fn optional_id(text: &str, field: &'static str) -> Result<Option<Uuid>, ActionError> {
    if text.is_empty() {
        Ok(None)
    } else {
        id_of(text, field).map(Some)
    }
}

pub(super) fn instant(
    at: Option<&Timestamp>,
    field: &'static str,
) -> Result<Option<DateTime<Utc>>, ActionError> {
    match at {
        None => Ok(None),
        Some(at) => match hearing::instant(Some(at)) {
            Some(at) => Ok(Some(at)),
            None => Err(ActionError::invalid(
                field,
                "没有这个时间(年份应在 1 至 9999 之间),请核对日期",
            )),
        },
    }
}

pub(super) fn answer(asked: Option<api::AnswerText>) -> Result<Answer, ActionError> {
    let asked = asked.unwrap_or_default();
    Ok(Answer::parse(
        &asked.facts,
        &asked.basis,
        &asked.conclusion,
        &asked.remedies,
    )?)
}

pub(super) fn manner(number: i32) -> Result<Option<Manner>, ActionError> {
    Ok(Manner::parse(number)?)
}

pub(super) fn telling(asked: Option<api::Delivery>) -> Result<Telling, ActionError> {
    let asked = asked.unwrap_or_default();
    Ok(Telling {
        manner: manner(asked.manner)?,
        at: instant(asked.notified_at.as_ref(), "delivery.notified_at")?,
        proof: asked.proof.map(proof).unwrap_or_default(),
        note: asked.note,
    })
}

pub(super) fn proof(blob: Blob) -> Proof {
    Proof {
        digest: blob.digest,
        size_bytes: blob.size_bytes,
        media_type: blob.media_type,
        file_name: blob.file_name,
    }
}

pub(super) fn proofs(blobs: Vec<Blob>) -> Vec<Proof> {
    blobs.into_iter().map(proof).collect()
}

pub(super) fn ground(number: i32) -> Result<DeclineGround, ActionError> {
    publications::ground_of(number)
        .ok_or_else(|| ActionError::invalid("ground", "请选择不予受理的理由"))
}

pub(super) fn draft(asked: &api::IssueOrderRequest) -> Result<Draft, ActionError> {
    let api::IssueOrderRequest {
        lead_unit_code,
        co_unit_codes,
        matter,
        requirements,
        urgent,
        ..
    } = asked;
    Ok(Draft::parse(
        lead_unit_code,
        co_unit_codes,
        matter,
        requirements,
        *urgent,
    )?)
}

pub(super) fn extension(asked: api::RequestExtensionRequest) -> Result<Command, ActionError> {
    let until = instant(asked.until.as_ref(), "until")?;
    Ok(Command::RequestExtension {
        clock: asked.clock_code,
        stage: asked.stage,
        ground: asked.ground,
        until: until.ok_or_else(|| ActionError::invalid("until", "请填写延期至何时"))?,
    })
}

//! The documents of a report: what is signed is frozen, byte for byte; what is not yet signed is written anew each time.

use bytes::Bytes;
use documents::Format;
use sha2::{Digest as _, Sha256};

use super::{Counted, Document};
use crate::{
    desk::Desk,
    domain::report::SECTIONS,
    errors::ActionError,
    paper, sheets,
    store::reports::{DocumentRow, Kept},
    wire,
};

/// What a report can be written in, by its word in rows.
pub const FORMATS: [&str; 4] = ["json", "xlsx", "pdf", "docx"];

/// Writes a report as a document.
///
/// # Errors
/// When the writer refuses.
pub async fn write(
    desk: &Desk,
    kept: &Kept,
    counted: &Counted,
    format: &str,
) -> Result<Document, ActionError> {
    let (data, media_type) = match format {
        "json" => (json(kept, counted)?, "application/json"),
        "pdf" => set(desk, kept, counted, Format::Pdf).await?,
        "docx" => set(desk, kept, counted, Format::Docx).await?,
        "xlsx" => (
            sheets::workbook(counted)?,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => {
            return Err(ActionError::Invalid(
                "format",
                "请选择导出格式:JSON、XLSX、PDF 或 DOCX".to_owned(),
            ));
        }
    };
    let addendum = match kept.report.addendum {
        0 => String::new(),
        number => format!("-补充{number}"),
    };
    Ok(Document {
        digest: hex::encode(Sha256::digest(&data)),
        data,
        file_name: format!(
            "{}-{}-客户投诉管理机制运行情况报告{addendum}.{format}",
            counted.unit_name,
            counted.period.name()
        ),
        media_type: media_type.into(),
    })
}

/// Writes a report in every format and keeps the bytes, before it is signed.
///
/// # Errors
/// When a writer or the object store refuses.
pub async fn freeze(
    desk: &Desk,
    kept: &Kept,
    counted: &Counted,
) -> Result<Vec<DocumentRow>, ActionError> {
    let count = |code| {
        let figure = counted.figures.find("summary", code);
        figure.map_or(0, |figure| {
            i32::try_from(figure.cases.len()).unwrap_or(i32::MAX)
        })
    };
    let mut frozen = Vec::new();
    for format in FORMATS {
        let document = write(desk, kept, counted, format).await?;
        desk.blobs
            .put(Bytes::from(document.data))
            .await
            .map_err(ActionError::Blobs)?;
        frozen.push(DocumentRow {
            format: format.to_owned(),
            digest: document.digest,
            file_name: document.file_name,
            media_type: document.media_type.into_owned(),
            received: count("received"),
            carried: count("carried_forward"),
        });
    }
    Ok(frozen)
}

/// Sets it as an official paper.
async fn set(
    desk: &Desk,
    kept: &Kept,
    counted: &Counted,
    format: Format,
) -> Result<(Vec<u8>, &'static str), ActionError> {
    let paper = paper::report(kept, counted, desk.clock.now());
    let rendered = desk.press.set(Box::new(paper), format).await?;
    Ok((rendered.bytes, rendered.media_type))
}

fn json(kept: &Kept, counted: &Counted) -> Result<Vec<u8>, ActionError> {
    let mut value: serde_json::Value = serde_json::from_slice(&wire::json(counted)?)?;
    let sections: Vec<serde_json::Value> = SECTIONS
        .iter()
        .filter_map(|(section, code, title, _)| {
            let text = kept.report.text.get(section)?;
            Some(serde_json::json!({ "section": code, "title": title, "text": text }))
        })
        .collect();
    value["report_id"] = kept.report.id.to_string().into();
    value["nil"] = kept.report.nil.into();
    value["addendum"] = kept.report.addendum.into();
    value["addendum_reason"] = kept.reason.clone().into();
    value["sections"] = sections.into();
    Ok(serde_json::to_vec_pretty(&value)?)
}

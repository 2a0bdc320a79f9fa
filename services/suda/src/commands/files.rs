//! Files that are handed in: kept by intake first, then named by their digest.

use std::path::PathBuf;

use anyhow::Context;
use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::{
    common::v1::Blob,
    intake::v1::{PutBlobRequest, intake_service_client::IntakeServiceClient},
};

use crate::session::{Session, answer};

/// Has intake keep these files, and gives what points to them. The same bytes are kept once.
pub(super) async fn keep_all(paths: &[PathBuf], session: &Session) -> anyhow::Result<Vec<Blob>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?)
        .max_encoding_message_size(LARGEST_MESSAGE);
    let mut kept = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        let request = PutBlobRequest {
            data: std::fs::read(path).with_context(|| format!("无法读取 {}", path.display()))?,
            file_name: name.to_string_lossy().into_owned(),
        };
        let answered = answer(intake.put_blob(request).await)
            .with_context(|| format!("{} 未能保存", path.display()))?;
        kept.push(answered.blob.context("intake 没有给出文件的校验值")?);
    }
    Ok(kept)
}

//! A sealed file of every union, taken out and proved without a server.

use archive::verify::verify_file;
use suda_proto::{
    archive::v1::{ExportRequest, ListFilesRequest, archive_service_client::ArchiveServiceClient},
    common::v1::Page,
};

use super::{cast::Cast, reporting};
use crate::session::{answer, gathered};

/// Why the file is taken out; the access log keeps it.
const REASON: &str = "模拟结束后逐社抽查案卷";

/// Proves the first file of each union that has one: every byte, the chain of its entries and the signed checkpoints. Gives
/// how many were proved, and what is wrong with the others.
pub(super) async fn files(cast: &Cast) -> anyhow::Result<(u64, Vec<String>)> {
    let officer = reporting::compliance(cast)?;
    let (mut proved, mut wrong) = (0, Vec::new());
    let mut archive = ArchiveServiceClient::new(cast.peer(&officer, "archive").await?);
    for union in &cast.unions {
        let first = ListFilesRequest {
            union_code: union.code.clone(),
            page: Some(Page {
                size: 1,
                token: String::new(),
            }),
            ..ListFilesRequest::default()
        };
        let listed = answer(archive.list_files(first).await)?.files;
        let Some(file) = listed.first() else {
            continue;
        };
        let request = ExportRequest {
            number: file.number.clone(),
            reason: REASON.to_owned(),
            ..ExportRequest::default()
        };
        let parts = answer(archive.export(request).await)?;
        let bytes = gathered(parts, |part| part.data).await?;
        match verify_file(&bytes, None) {
            Ok(_) => proved += 1,
            Err(faults) => wrong.extend(
                faults
                    .iter()
                    .map(|fault| format!("the file of {}: {fault}", file.number)),
            ),
        }
    }
    Ok((proved, wrong))
}

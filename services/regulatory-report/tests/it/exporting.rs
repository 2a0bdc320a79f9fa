//! Documents: JSON and a spreadsheet, with Chinese headings and charts, and told when they leave.

use std::io::Read as _;

use suda_proto::regulatory_report::v1::{
    ExportFiguresRequest, ExportFiguresResponse, ExportFormat, FiguresExported,
};
use tonic::Code;

use super::*;

async fn exported(stack: &Stack, format: ExportFormat) -> Result<ExportFiguresResponse, Status> {
    let asked = ExportFiguresRequest {
        scope: Some(scope("589002", 2026, Term::SecondHalf)),
        format: format.into(),
    };
    Ok(client(stack, &head_of("589002"))
        .export_figures(asked)
        .await?
        .into_inner())
}

#[tokio::test]
async fn g23_figures_leave_as_json_and_as_a_spreadsheet() {
    let stack = started().await;
    let case = Told::new(&stack, "589002", 1, "2026-08-02T10:00:00+08:00");
    case.tell(&stack, &case.registered()).await;
    case.tell(&stack, &case.closed("2026-08-05T10:00:00+08:00"))
        .await;
    stack.settle().await;

    let document = exported(&stack, ExportFormat::Json).await.unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&document.data).unwrap();
    assert_eq!(figures["unit_name"], "台山农商行");
    let received = &figures["tables"][0]["rows"][1];
    assert_eq!(
        (&received["label"], &received["count"]),
        (&"本期新收".into(), &1.into())
    );
    assert_eq!(received["cases"][0], case.number);
    assert!(
        figures["identities"]
            .as_array()
            .unwrap()
            .iter()
            .all(|sum| sum["holds"] == true)
    );

    let document = exported(&stack, ExportFormat::Xlsx).await.unwrap();
    assert_eq!(
        document.file_name,
        "台山农商行-2026年下半年-客户投诉统计表.xlsx"
    );
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(document.data)).unwrap();
    let mut text = String::new();
    for part in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        book.by_name(part)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
    }
    for word in [
        "总体情况",
        "投诉渠道",
        "数据出处",
        "网均投诉量",
        "期初未结",
        "电话",
        "台山农商行",
        "相符",
        case.number.as_str(),
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(book.file_names().any(|name| name.starts_with("xl/charts/")));

    let told = stack.published::<FiguresExported>().await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[1].unit_code.as_str(), told[1].digest.as_str()),
        ("589002", document.digest.as_str())
    );
    assert_eq!(
        exported(&stack, ExportFormat::Unspecified)
            .await
            .unwrap_err()
            .code(),
        Code::InvalidArgument
    );
    assert_eq!(
        stack
            .count("SELECT count(*) AS count FROM access_log WHERE rpc = 'ExportFigures'")
            .await,
        2
    );
    stack.stop().await;
}

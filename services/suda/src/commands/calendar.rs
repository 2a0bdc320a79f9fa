//! `suda calendar`: the calendars of working days, as they are published.

use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::directory::v1::{
    Calendar as Published, CalendarYear, ListCalendarsRequest,
    directory_service_client::DirectoryServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Calendar {
    /// Lists the calendars in force in their newest versions, a line for each year.
    List,
}

pub(super) async fn run(what: &Calendar, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Calendar::List => list(session, form).await,
    }
}

async fn list(session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?)
        .max_decoding_message_size(LARGEST_MESSAGE);
    let told = answer(client.list_calendars(ListCalendarsRequest {}).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    let rows = told.calendars.iter().flat_map(|calendar| {
        let years = calendar.years.iter();
        years.map(move |year| row(calendar, year))
    });
    output::table(
        &[
            "日历",
            "联社",
            "年份",
            "安排",
            "通知",
            "放假天数",
            "调休上班天数",
        ],
        rows.collect(),
    );
    Ok(())
}

fn row(calendar: &Published, year: &CalendarYear) -> Vec<String> {
    let standing = if year.official { "正式" } else { "暂定" };
    vec![
        format!("{} v{}", calendar.code, calendar.version),
        calendar.union_code.clone(),
        year.year.to_string(),
        standing.to_owned(),
        year.notice.clone(),
        year.holidays.len().to_string(),
        year.workdays.len().to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use suda_proto::directory::v1::CalendarDay;

    use super::*;

    #[test]
    fn a_year_says_its_version_and_whether_a_notice_stands_behind_it() {
        let mut year = CalendarYear {
            year: 2026,
            official: true,
            notice: "国办发明电".to_owned(),
            holidays: vec![CalendarDay::default(), CalendarDay::default()],
            workdays: vec![CalendarDay::default()],
        };
        let calendar = Published {
            code: "province".to_owned(),
            version: 3,
            ..Published::default()
        };
        assert_eq!(
            row(&calendar, &year),
            ["province v3", "", "2026", "正式", "国办发明电", "2", "1"]
        );
        year.official = false;
        assert_eq!(row(&calendar, &year)[3], "暂定");
    }
}

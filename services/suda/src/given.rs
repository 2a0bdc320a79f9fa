//! What people give on the command line: a case by its name, a text, an instant, the id of a request.

use std::{io::Read as _, str::FromStr};

use chassis::{clock::SystemClock, ids::Ids};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use prost_types::Timestamp;
use uuid::Uuid;

/// China's time, which people mean when they name none.
const CHINA: i32 = 8 * 3600;

/// A case or complaint, named by its number or its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its number.
    Number(String),
    /// By its id.
    Id(String),
}

impl Named {
    /// Id and number as questions take them: one of them is empty.
    #[must_use]
    pub fn id_and_number(&self) -> (String, String) {
        match self {
            Self::Number(number) => (String::new(), number.clone()),
            Self::Id(id) => (id.clone(), String::new()),
        }
    }
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.parse::<Uuid>().is_ok() {
            return Ok(Self::Id(text.to_ascii_lowercase()));
        }
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.rsplitn(3, '-');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(serial), Some(year), Some(union))
                if serial.len() >= 6
                    && digits(serial)
                    && year.len() == 4
                    && digits(year)
                    && !union.is_empty() =>
            {
                Ok(Self::Number(text.to_owned()))
            }
            _ => Err("请写编号,如 589002-2026-000001,或者标识".to_owned()),
        }
    }
}

/// A text: as it is given, from a file (`@path`), or from standard input (`-`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub String);

impl FromStr for Text {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "-" {
            let mut read = String::new();
            std::io::stdin()
                .read_to_string(&mut read)
                .map_err(|error| format!("无法读取标准输入:{error}"))?;
            return Ok(Self(read));
        }
        match text.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path)
                .map(Self)
                .map_err(|error| format!("无法读取 {path}:{error}")),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// An instant: RFC 3339, or `2026-09-23 10:00` in China's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub DateTime<FixedOffset>);

impl Instant {
    /// As messages say it.
    #[must_use]
    pub fn stamp(self) -> Timestamp {
        chassis::grpc::timestamp(self.0.with_timezone(&Utc))
    }
}

impl FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(at));
        }
        let local = [
            "%Y-%m-%d %H:%M",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%dT%H:%M:%S",
        ]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        FixedOffset::east_opt(CHINA)
            .zip(local)
            .and_then(|(zone, local)| zone.from_local_datetime(&local).single())
            .map(Self)
            .ok_or_else(|| {
                "请写时间,如 \"2026-09-23 10:00\" 或 2026-09-23T10:00:00+08:00".to_owned()
            })
    }
}

/// Until when: an instant, or a day, which is until its end.
///
/// # Errors
/// Says how to write one.
pub fn until(text: &str) -> Result<Instant, String> {
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) => format!("{day} 23:59:59").parse(),
        Err(_) => text.parse(),
    }
}

/// An amount of money in yuan, such as `12` or `12.50`; kept in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Money(pub i64);

impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "请写金额(元),如 12 或 12.50".to_owned();
        let (yuan, fen) = text.split_once('.').unwrap_or((text, "0"));
        if yuan.is_empty() || fen.is_empty() || fen.len() > 2 {
            return Err(wrong());
        }
        let yuan: u32 = yuan.parse().map_err(|_| wrong())?;
        let tenths = if fen.len() == 1 { 10 } else { 1 };
        let fen: u32 = fen.parse().map_err(|_| wrong())?;
        Ok(Self(i64::from(yuan) * 100 + i64::from(fen * tenths)))
    }
}

/// Which request it is: whoever repeats a command after a failure gives the same id, and it is done once.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub struct Request {
    /// The id of the request; a new one when it is not given.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
}

impl Request {
    /// Its id, made now when none was given.
    #[must_use]
    pub fn id(&self) -> String {
        self.request_id.map_or_else(uuid, |id| id.to_string())
    }
}

/// A new id of a request.
#[must_use]
pub fn uuid() -> String {
    Ids::new(std::sync::Arc::new(SystemClock))
        .new_id()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_its_number_or_its_id() {
        for (text, named) in [
            (
                "589002-2026-000001",
                Named::Number("589002-2026-000001".to_owned()),
            ),
            (
                "5890-2026-1234567",
                Named::Number("5890-2026-1234567".to_owned()),
            ),
            (
                "0192AAAA-0000-7000-8000-000000000001",
                Named::Id("0192aaaa-0000-7000-8000-000000000001".to_owned()),
            ),
        ] {
            assert_eq!(text.parse(), Ok(named));
        }
        for wrong in [
            "",
            "589002",
            "589002-2026",
            "589002-2026-1",
            "589002-26-000001",
            "-2026-000001",
            "a b",
        ] {
            assert!(wrong.parse::<Named>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("findings.txt");
        std::fs::write(&file, "查明属实。\n").unwrap();
        let read: Text = format!("@{}", file.display()).parse().unwrap();
        assert_eq!(read.0, "查明属实。\n");
        assert_eq!("查明".parse(), Ok(Text("查明".to_owned())));
        assert!("@/nowhere/at/all".parse::<Text>().is_err());
    }

    #[test]
    fn an_instant_without_a_zone_is_chinas() {
        let same = "2026-09-23T10:00:00+08:00".parse::<Instant>().unwrap();
        for text in [
            "2026-09-23 10:00",
            "2026-09-23T10:00",
            "2026-09-23 10:00:00",
        ] {
            assert_eq!(text.parse::<Instant>().unwrap(), same);
        }
        assert_eq!(
            "2026-09-23T02:00:00Z".parse::<Instant>().unwrap().stamp(),
            same.stamp()
        );
        assert!("2026-09-23".parse::<Instant>().is_err());
        assert!("tomorrow".parse::<Instant>().is_err());
    }

    #[test]
    fn money_is_kept_in_fen() {
        for (text, fen) in [("12", 1200), ("12.5", 1250), ("12.05", 1205), ("0.01", 1)] {
            assert_eq!(text.parse(), Ok(Money(fen)));
        }
        for wrong in ["", ".5", "1.", "1.234", "-1", "1,000", "一百"] {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_request_keeps_its_id() {
        let id = "0192aaaa-0000-7000-8000-000000000001";
        let given = Request {
            request_id: id.parse().ok(),
        };
        assert_eq!(given.id(), id);
        assert_ne!(Request::default().id(), Request::default().id());
    }
}

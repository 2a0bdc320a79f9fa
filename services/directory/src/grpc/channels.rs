//! How to complain: shown to everybody, and made into the notice that hangs at a counter (guideline art. 7).

use chassis::{
    auth::Caller,
    grpc::{denied, internal, invalid, not_found, refused},
};
use chrono::NaiveDate;
use documents::{Format, Rendered};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use suda_proto::directory::v1::{
    ComplaintPlace, ListChannelsRequest, ListChannelsResponse, Policy, RenderChannelNoticeRequest,
    RenderChannelNoticeResponse,
};
use tonic::Status;

use super::{Desk, failed, today};
use crate::{
    domain::structure::{Kind, Structure, Unit},
    notice::{self, Notice},
    reference::structure::{published, told},
    store,
};

/// Gives the channels of a unit, and where one may go next.
pub(super) async fn list(
    desk: &Desk,
    asked: &ListChannelsRequest,
) -> Result<ListChannelsResponse, Status> {
    let day = match asked.on.as_str() {
        "" => today(desk.clock.now()),
        on => on
            .parse()
            .map_err(|_| invalid("on", "日期写作 2026-09-23 的样子"))?,
    };
    let structure = structure(desk).await?;
    let unit = living(&structure, &asked.unit_code, day)?;
    Ok(ListChannelsResponse {
        here: Some(place(&structure, unit, day)),
        next: next(&structure, unit, day),
    })
}

/// Makes the notice of a unit; kept before it is given out.
pub(super) async fn render(
    desk: &Desk,
    caller: &Caller,
    asked: &RenderChannelNoticeRequest,
) -> Result<RenderChannelNoticeResponse, Status> {
    let now = desk.clock.now();
    let day = today(now);
    let structure = structure(desk).await?;
    let unit = living(&structure, &asked.unit_code, day)?;
    let union = structure.union_of(&unit.code);
    if !caller.sees(&union) {
        let sentence = "只能出具本机构及下级机构的投诉渠道公示;其他机构的投诉渠道可以查询";
        return Err(denied(sentence));
    }
    let here = place(&structure, unit, day);
    if here.channels.is_none() {
        let sentence = format!(
            "{}尚未公布投诉渠道;请先在机构资料中填写([[unit.channels]]),再出具公示",
            here.name
        );
        return Err(refused("directory.no_channels", sentence));
    }
    let policies = policies(desk).await?;
    let union_name = structure
        .units
        .iter()
        .find(|other| other.code == union)
        .map_or("", |union| union.name_on(day));
    let document = notice::notice(&Notice {
        union: union_name,
        unit,
        here: &here,
        next: &next(&structure, unit, day),
        policies: &policies,
        day,
    });
    let set = desk.press.set(Box::new(document), Format::Pdf).await;
    let Rendered {
        bytes,
        media_type,
        file_name,
    } = set.map_err(|error| internal(&error))?;
    let print = store::Print {
        id: desk.ids.new_id(),
        unit: unit.code.clone(),
        printed_at: now,
        person_id: caller.person_id.clone(),
        post: caller
            .posts
            .first()
            .map(|post| post.code.clone())
            .unwrap_or_default(),
        digest: hex::encode(Sha256::digest(&bytes)),
    };
    store::keep_print(desk.db.reader(), &print)
        .await
        .map_err(failed)?;
    Ok(RenderChannelNoticeResponse {
        content: bytes,
        media_type: media_type.to_owned(),
        file_name,
        digest: print.digest,
    })
}

async fn structure(desk: &Desk) -> Result<Structure, Status> {
    let units = store::units(desk.db.reader()).await.map_err(failed)?;
    let damaged = |code| {
        let error = sea_orm::DbErr::Custom(format!("the kept row of unit {code} is damaged"));
        internal(&error)
    };
    told(units).map_err(damaged)
}

async fn policies(desk: &Desk) -> Result<Vec<Policy>, Status> {
    let rows = store::newest(desk.db.reader(), "policy")
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Policy::decode(row.body.as_slice()))
        .collect::<Result<_, _>>()
        .map_err(|error| internal(&error))
}

/// The unit of this code, unless it was retired by that day.
fn living<'a>(structure: &'a Structure, code: &str, day: NaiveDate) -> Result<&'a Unit, Status> {
    let unit = structure.units.iter().find(|unit| unit.code == code);
    let unit =
        unit.ok_or_else(|| not_found(format!("没有代码为 {code:?} 的机构;请核对机构代码")))?;
    match unit.retired.filter(|retired| *retired <= day) {
        None => Ok(unit),
        Some(retired) => Err(not_found(format!(
            "{}已于 {retired} 停用,请查询承接其业务的机构",
            unit.name_on(day)
        ))),
    }
}

/// Where to go next. A department is called with the house that it belongs to: every house has one of its name.
fn next(structure: &Structure, unit: &Unit, day: NaiveDate) -> Vec<ComplaintPlace> {
    let house = |unit: &Unit| {
        let house = structure
            .units
            .iter()
            .find(|other| other.code == unit.parent());
        house
            .filter(|_| unit.kind == Kind::Department)
            .map_or("", |house| house.name_on(day))
    };
    let beyond = structure.beyond(&unit.code).into_iter();
    let places = beyond.map(|unit| {
        let place = place(structure, unit, day);
        ComplaintPlace {
            name: format!("{}{}", house(unit), place.name),
            ..place
        }
    });
    places.collect()
}

fn place(structure: &Structure, unit: &Unit, day: NaiveDate) -> ComplaintPlace {
    let found = structure.published(&unit.code, day);
    // Who receives complaints is known from the structure when the notice gives it no name of its own.
    let reception = || {
        let union = structure.union_of(&unit.code);
        let reception = structure.reception_of(&union);
        reception.map_or(String::new(), |reception| reception.name_on(day).to_owned())
    };
    ComplaintPlace {
        unit_code: unit.code.clone(),
        name: unit.name_on(day).to_owned(),
        channels: found.map(|found| {
            let mut channels = published(found.channels);
            if channels.reception.is_empty() {
                channels.reception = reception();
            }
            channels
        }),
        inherited_from: found
            .filter(|found| found.by.code != unit.code)
            .map(|found| found.by.code.clone())
            .unwrap_or_default(),
    }
}

//! Who should handle a case by the routing table.

use sea_orm::{ConnectionTrait, DbErr};
use suda_proto::routing::v1::{SuggestedUnit, Suggestion};

use crate::{
    domain::{
        case::Case,
        suggestion::{Asked, FUNCTION, Place, Table},
    },
    store::{reference, taxonomy},
};

/// The suggestion for a case; none when no table was published or no row fits.
pub(super) async fn suggestion(
    db: &impl ConnectionTrait,
    case: &Case,
) -> Result<Option<Suggestion>, DbErr> {
    let Some(table) = taxonomy::current(db).await? else {
        return Ok(None);
    };
    let r = &case.registration;
    let asked = Asked {
        business: &r.business,
        cause: &r.cause,
        handled_via: &r.handled_via,
        nature: r.nature,
        person_complained: !case.concerned.complained_person.is_empty(),
    };
    let Some(row) = table.decide(asked) else {
        return Ok(None);
    };
    let mut helpers = Vec::with_capacity(row.helpers.len());
    for helper in &row.helpers {
        helpers.push(unit(db, &table, case, helper).await?);
    }
    let lead = unit(db, &table, case, &row.lead).await?;
    // A unit that leads does not help itself.
    helpers.retain(|helper| helper.unit_code.is_empty() || helper.unit_code != lead.unit_code);
    Ok(Some(Suggestion {
        row_code: row.code.clone(),
        row_name: row.name.clone(),
        source: row.source.clone(),
        taxonomy_version: table.version,
        lead: Some(lead),
        helpers,
    }))
}

async fn unit(
    db: &impl ConnectionTrait,
    table: &Table,
    case: &Case,
    place: &Place,
) -> Result<SuggestedUnit, DbErr> {
    let r = &case.registration;
    let found = match place {
        Place::Reception => reference::reception(db, &r.union).await?,
        Place::Function(function) => taxonomy::unit_for(db, &r.union, function).await?,
        Place::ComplainedUnit if r.complained_unit.is_empty() => {
            reference::unit(db, &r.unit).await?
        }
        Place::ComplainedUnit => reference::unit(db, &r.complained_unit).await?,
    };
    let wanted_name = match place {
        Place::Reception => "受理部门",
        Place::ComplainedUnit => "被投诉单位",
        Place::Function(function) => table.name(FUNCTION, function).unwrap_or_default(),
    };
    Ok(SuggestedUnit {
        wanted: place.word().to_owned(),
        wanted_name: wanted_name.to_owned(),
        unit_code: found
            .as_ref()
            .map(|unit| unit.unit_code.clone())
            .unwrap_or_default(),
        unit_name: found.map(|unit| unit.name).unwrap_or_default(),
    })
}

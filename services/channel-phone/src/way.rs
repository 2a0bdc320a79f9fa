//! How an agent's form is read. Nothing is sent by this adapter itself: people dial.

use adapter::{Draft, Outcome, Reading, Way, domain::incoming::Incoming, way::Letter};
use bytes::Bytes;
use chassis::db::Db;
use suda_proto::{
    channel::v1::Manner,
    common::v1::Channel,
    intake::v1::{Complainant, Matter},
};

use crate::{config::Settings, domain::call::number_of, store, wire};

/// The way of the telephone.
pub struct Phone {
    /// What the operator set.
    pub settings: Settings,
    /// Where the calls are.
    pub db: Db,
}

impl Way for Phone {
    const CHANNEL: Channel = Channel::Phone;
    const MANNER: Manner = Manner::PhoneCall;
    const BY_HAND: bool = true;
    const ANSWERED_AT_THE_DOOR: bool = true;

    async fn read(&self, message: &Incoming, raw: Bytes) -> anyhow::Result<Reading> {
        let posted = match wire::read(&raw) {
            Ok(posted) => posted,
            Err(why) => return Ok(Reading::Unreadable(why)),
        };
        let Some(form) = posted.form else {
            return Ok(Reading::Unreadable(
                "这不是坐席的受理单，请查看原始数据，并告知系统管理员".to_owned(),
            ));
        };
        let Some(nature) = form.nature() else {
            return Ok(Reading::Unreadable(
                "受理单没有写明事项性质，请向坐席核实后登记".to_owned(),
            ));
        };
        if form.content.trim().is_empty() {
            return Ok(Reading::Unreadable(
                "受理单没有内容，请向坐席核实或回拨投诉人后登记".to_owned(),
            ));
        }
        // What was said reached us at the first ring, not when the agent had written it down.
        let call = store::find_call(&self.db, &message.scope, &posted.call_id).await?;
        let received_at = call
            .and_then(|call| call.reached_us_at())
            .map(|at| at.min(message.received_at));
        let phone = if form.phone.trim().is_empty() {
            number_of(&posted.caller)
        } else {
            form.phone
        };
        // Who gives no name and withholds his number is anonymous, whatever the agent ticked.
        let anonymous = form.anonymous || (form.name.trim().is_empty() && phone.is_empty());
        Ok(Reading::Message(Box::new(Draft {
            unit_code: (!form.unit_code.is_empty()).then_some(form.unit_code),
            nature: Some(nature),
            received_at,
            complainant: Complainant {
                name: form.name,
                anonymous,
                phone: phone.clone(),
                ..Complainant::default()
            },
            matter: Matter {
                complained_unit_code: form.complained_unit_code,
                complained_staff: form.complained_staff,
                business_code: form.business_code,
                cause_code: form.cause_code,
                handled_via_code: form.handled_via_code,
                occurred_when: form.occurred_when,
                occurred_where: form.occurred_where,
                amount_fen: form.amount_fen,
                ..Matter::default()
            },
            content: form.content,
            demand: form.demand,
            settlement: form.settlement,
            persons: form.persons.max(1),
            sender: phone,
            ..Draft::default()
        })))
    }

    fn reply_address(&self, _raw: &Bytes) -> Result<String, String> {
        Err("编号由坐席当场告知".to_owned())
    }

    async fn send(&self, _letter: &Letter) -> Outcome {
        Outcome::NotTaken("电话由人工拨打".to_owned())
    }
}

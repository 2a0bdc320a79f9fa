//! 附表1 and 附表2. What the complainant said comes from intake; the identity stays masked.

use documents::{
    Date, Moment,
    form1::{Complainant, Form1},
    form2::{Form2, OrderExtension},
};
use suda_proto::{
    common::v1::Channel,
    intake::v1::{Capacity, GetResponse, IdType, MaskedIdentity, Narrative},
};

use super::{File, line, moment, none_yet};
use crate::{
    domain::{
        case::Ending,
        paper::Paper,
        suggestion::{BUSINESS, CAUSE, HANDLED_VIA},
    },
    errors::ActionError,
};

/// Who is told by which event that the complainant was answered.
const ANSWERED: [&str; 2] = ["AnswerSent", "CaseAnswered"];

impl File {
    /// 附表1.
    #[must_use]
    pub fn form1(&self, complaint: &GetResponse) -> Form1 {
        let registration = &self.case.registration;
        let record = complaint.record.clone().unwrap_or_default();
        let narrative = record.narrative.clone().unwrap_or_default();
        let identity = complaint.complainant.clone().unwrap_or_default();
        let filed = self.said(&["CaseFiled"], "不能当场解决的原因");
        let settlement = self.said(&["CaseSettled"], "当场解决情况");
        let settled = self.last(&["CaseSettled"]).is_some()
            || self.case.ending == Some(Ending::SettledOnTheSpot);
        let mut handling = settlement;
        line(&mut handling, &narrative.settlement);
        line(
            &mut handling,
            &self.said(&["FindingsRecorded"], "调查核实情况"),
        );
        line(&mut handling, &self.said(&["ResultFiled"], "办理结果"));
        Form1 {
            union: self.name(&registration.union),
            unit: self.name(&registration.unit),
            number: registration.number.clone(),
            filled_on: Some(Date::from(registration.registered_at)),
            secrecy: "内部资料".to_owned(),
            complainant: complainant(&identity),
            channel: channel(registration.channel).to_owned(),
            received_at: Some(Moment::from(registration.received_at)),
            received_by: record
                .complaint
                .as_ref()
                .map(|view| self.name(&view.received_by_post))
                .unwrap_or_default(),
            settled: (settled || !filed.is_empty()).then_some(settled),
            complained_unit: self.name(&registration.complained_unit),
            complained_staff: narrative.complained_staff.clone(),
            business: self.term(BUSINESS, &registration.business),
            incident: incident(&narrative, record.amount_fen, &record.currency),
            content: narrative.content.clone(),
            request: narrative.demand.clone(),
            handling,
            unsolved_reason: filed,
            answered_by: self.said(&ANSWERED, "告知方式"),
            answered_at: moment(self.when(&ANSWERED)),
            proof: self.said(&ANSWERED, "告知证明"),
            satisfaction: None,
            opinion: String::new(),
            filing_number: String::new(),
            review: self.said(&["ResultPassed"], "意见"),
            via: self.term(HANDLED_VIA, &registration.handled_via),
            business_class: self.term(BUSINESS, &registration.business),
            cause: self.term(CAUSE, &registration.cause),
            archival_code: String::new(),
        }
    }

    /// 附表2; `due` is the watchdog's, which alone computes days.
    pub fn form2(
        &self,
        complaint: &GetResponse,
        due: Option<Moment>,
    ) -> Result<Form2, ActionError> {
        let (order, units) = self
            .order
            .as_ref()
            .ok_or_else(|| none_yet(Paper::SupervisionOrder))?;
        let registration = &self.case.registration;
        let lead = units.iter().find(|unit| unit.lead);
        let co_units = units.iter().filter(|unit| !unit.lead);
        let view = complaint
            .record
            .as_ref()
            .and_then(|record| record.complaint.clone())
            .unwrap_or_default();
        Ok(Form2 {
            union: self.name(&registration.union),
            order_number: order.order_number.clone(),
            number: registration.number.clone(),
            source: channel(registration.channel).to_owned(),
            source_number: view.referral_number,
            secrecy: "内部资料".to_owned(),
            urgency: if order.urgent { "紧急" } else { "一般" }.to_owned(),
            lead_unit: lead.map(|unit| unit.unit_name.clone()).unwrap_or_default(),
            co_units: co_units.map(|unit| unit.unit_name.clone()).collect(),
            summary: order.matter.clone(),
            requirement: order.requirements.clone(),
            issued_at: Some(Moment::from(order.issued_at)),
            due,
            due_basis: "收到督办表起7个工作日（《指引》第十八条第一款）".to_owned(),
            issued_by: self.name(&order.issued_by_post),
            signed_by: lead
                .and_then(|unit| unit.signed_by_post.as_deref())
                .map(|post| self.name(post))
                .unwrap_or_default(),
            signed_at: moment(lead.and_then(|unit| unit.signed_at)),
            findings: self.said(&["FindingsRecorded"], "调查核实情况"),
            opinion: self.said(&["SolutionProposed"], "处理方案"),
            answer: self.said(&ANSWERED, "处理结论"),
            rectification: self.said(&["ResultFiled"], "整改措施"),
            liability: String::new(),
            extension: self.order_extension(),
            review: self.said(&["ResultPassed"], "意见"),
            returned: self.returned(),
            instruction: String::new(),
            reported: String::new(),
            closed_on: self.when(&["CaseClosed"]).map(Date::from),
            archival_code: String::new(),
        })
    }

    /// Whether the last result was returned; nobody has said while none is reviewed.
    fn returned(&self) -> Option<bool> {
        let reviewed = self.last(&["ResultReturned", "ResultPassed"])?;
        Some(reviewed.event == "ResultReturned")
    }

    fn order_extension(&self) -> OrderExtension {
        let asked = self
            .approvals
            .iter()
            .rev()
            .find(|row| row.matter == "extension");
        asked.map_or_else(OrderExtension::default, |row| OrderExtension {
            reason: row.ground.clone(),
            until: row.until.map(Moment::end_of_day),
            approved_by: row
                .decided_by_post
                .as_deref()
                .filter(|_| row.decision == "approved")
                .map(|post| self.name(post))
                .unwrap_or_default(),
            told_at: moment(row.decided_at.filter(|_| row.decision == "approved")),
        })
    }
}

/// The complainant as everybody with the case may see him.
fn complainant(identity: &MaskedIdentity) -> Complainant {
    let kind = match identity.id_type() {
        IdType::Unspecified | IdType::Other => "",
        IdType::Resident => "居民身份证 ",
        IdType::Passport => "护照 ",
        IdType::TravelPermit => "通行证 ",
        IdType::Organisation => "统一社会信用代码 ",
    };
    let relation = match identity.capacity() {
        Capacity::Unspecified | Capacity::Self_ => "本人",
        Capacity::StatutoryAgent => "法定代理人",
        Capacity::AuthorisedAgent => "受托人",
        Capacity::Heir => "继承人",
    };
    Complainant {
        name: identity.name.clone(),
        id_document: if identity.id_number.is_empty() {
            String::new()
        } else {
            format!("{kind}{}", identity.id_number)
        },
        phone: identity.phone.clone(),
        address: if identity.has_address {
            "（已登记，依权限查阅）".to_owned()
        } else {
            String::new()
        },
        relation: relation.to_owned(),
    }
}

/// When, where and how much, as far as it is known.
fn incident(narrative: &Narrative, fen: i64, currency: &str) -> String {
    let amount = match (fen, currency) {
        (0, _) => String::new(),
        (fen, "" | "CNY") => format!("{}元", yuan(fen)),
        (fen, other) => format!("{} {other}", yuan(fen)),
    };
    let parts = [
        narrative.occurred_when.clone(),
        narrative.occurred_where.clone(),
        amount,
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("，")
}

fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// How a complaint reached us, in words.
pub(super) fn channel(number: i32) -> &'static str {
    match Channel::try_from(number).unwrap_or_default() {
        Channel::Unspecified => "",
        Channel::Letter => "书信",
        Channel::Email => "电子邮件",
        Channel::Fax => "传真",
        Channel::Phone => "电话",
        Channel::Visit => "走访",
        Channel::SuggestionBook => "意见簿",
        Channel::SuggestionBox => "意见箱",
        Channel::Wechat => "微信",
        Channel::Online => "在线",
        Channel::SuperiorTransfer => "上级转办",
        Channel::RegulatorTransfer => "监管转办",
        Channel::ThirdParty => "第三方转办",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_in_yuan() {
        assert_eq!(yuan(1000), "10.00");
        assert_eq!(yuan(5), "0.05");
        assert_eq!(yuan(-150), "-1.50");
        let told = Narrative {
            occurred_when: "九月二十二日".into(),
            ..Narrative::default()
        };
        assert_eq!(incident(&told, 1000, ""), "九月二十二日，10.00元");
        assert_eq!(incident(&told, 0, ""), "九月二十二日");
    }

    #[test]
    fn a_masked_identity_stays_masked() {
        let identity = MaskedIdentity {
            name: "张*".into(),
            phone: "138****5678".into(),
            id_number: "4****************X".into(),
            id_type: IdType::Resident.into(),
            has_address: true,
            capacity: Capacity::Heir.into(),
            ..MaskedIdentity::default()
        };
        let shown = complainant(&identity);
        assert_eq!(shown.id_document, "居民身份证 4****************X");
        assert_eq!(shown.relation, "继承人");
        assert!(shown.address.contains("依权限"));
    }
}

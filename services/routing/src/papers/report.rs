//! 向上级书面报告: what came of a complaint that was passed on to us (guideline art. 17(4), 18(2)).

use documents::superior_report::SuperiorReport;

use super::{File, day, forms, line, none_yet};
use crate::{
    domain::{case::course::SuperiorKind, paper::Paper},
    errors::ActionError,
};

impl File {
    /// The written report; a draft with neither number nor day until it was recorded as sent.
    ///
    /// The complaint's own text is left to intake: whoever passed it on has it.
    pub fn superior_report(&self) -> Result<SuperiorReport, ActionError> {
        let course = &self.case.course;
        let superior = course.superior.as_ref();
        let answered = self.case.decision_notified_at.or(course.reported_at);
        let (superior, _) = superior
            .zip(answered)
            .ok_or_else(|| none_yet(Paper::SuperiorReport))?;
        let registration = &self.case.registration;
        let union = self.name(&registration.union);
        let passed_on = self.when(&["CaseTransferredIn"]);
        let answer = self.answer.as_ref();
        let found = answer.map(|answer| answer.facts.clone());
        let mut result = answer.map_or_else(String::new, |answer| answer.conclusion.clone());
        let sent = |heading| self.said(&["SuperiorReported"], heading);
        let (mut number, mut report) = (String::new(), String::new());
        if course.reported_at.is_some() {
            (number, report) = (sent("上报文号"), sent("处理结果报告"));
        }
        line(&mut result, &report);
        if let Some(told) = self.case.decision_notified_at {
            line(
                &mut result,
                &format!("{}已将处理决定告知投诉人。", day(told)),
            );
        }
        Ok(SuperiorReport {
            issuer: union.clone(),
            signed_by: union.clone(),
            number,
            draft: course.reported_at.is_none(),
            complaint: registration.number.clone(),
            // Its name is not known here, only its letter; whoever sends the report writes it in.
            to: match superior.kind {
                SuperiorKind::Superior => "上级来文单位",
                SuperiorKind::Regulator => "来文监管部门",
                SuperiorKind::ThirdParty => "来文单位",
            }
            .to_owned(),
            source_number: superior.number.clone(),
            received_on: day(passed_on.unwrap_or(registration.received_at)),
            due: superior.due_at.map(day),
            subject: self
                .order
                .as_ref()
                .map_or_else(String::new, |(order, _)| order.matter.clone()),
            summary: self.course_of_it(),
            findings: found.unwrap_or_else(|| self.said(&["FindingsRecorded"], "调查核实情况")),
            result,
            rectification: self.said(&["ResultFiled"], "整改措施"),
            attachments: Vec::new(),
            copy_to: format!("{union}高级管理层"),
            contact: format!("联系部门：{union}{}", self.reception),
            dated: day(course.reported_at.unwrap_or(self.case.moved_at)),
        })
    }

    /// 基本情况: how it reached us, whom it is about, who handled it.
    fn course_of_it(&self) -> String {
        let registration = &self.case.registration;
        let mut text = format!(
            "投诉编号{}，{}收到，投诉渠道为{}。",
            registration.number,
            day(registration.received_at),
            forms::channel(registration.channel),
        );
        if !registration.complained_unit.is_empty() {
            let unit = self.name(&registration.complained_unit);
            text.push_str(&format!("被投诉单位为{unit}。"));
        }
        if let Some((order, units)) = &self.order {
            let lead = units.iter().find(|unit| unit.lead);
            let lead = lead.map_or("", |unit| unit.unit_name.as_str());
            let issued = day(order.issued_at);
            text.push_str(&format!(
                "我单位于{issued}签发客户投诉处理督办表（{}），由{lead}主办。",
                order.order_number
            ));
        }
        text
    }
}

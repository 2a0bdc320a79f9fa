//! What must be so before a case is asked, and stands in the store: units, posts and other cases that a command names.

use chassis::db::Tx;
use uuid::Uuid;

use super::{
    Step,
    command::{Command, CourseCommand},
};
use crate::{
    domain::{
        case::{Case, DeclineGround, Handler, course::Matter},
        recusal::Ground,
    },
    errors::ActionError,
    store::{self, course, reference},
};

impl Step<'_> {
    /// Who, of those that a command names, must keep out, and why.
    pub(super) async fn barred(
        &self,
        case: &Case,
        command: &Command,
    ) -> Result<Option<(String, Ground)>, ActionError> {
        let named = match command {
            Command::AssignHandler { post, person } => {
                vec![self.handler(case, post, person).await?]
            }
            Command::Course(CourseCommand::FormGroup { units, members, .. }) => {
                self.members(case, units, members).await?
            }
            _ => Vec::new(),
        };
        Ok(named.into_iter().find_map(|named| {
            let ground = case.concerned.bars(&named.person)?;
            Some((named.person, ground))
        }))
    }

    /// Whoever is declined because he was answered is told which answer that was: a decided case of the same union
    /// (guideline art. 16). Gives that case.
    pub(super) async fn was_answered(
        &self,
        case: &Case,
        ground: DeclineGround,
        number: &str,
    ) -> Result<Option<Uuid>, ActionError> {
        let wrong = |sentence: String| Err(ActionError::invalid("answered_number", sentence));
        match (ground, number) {
            (DeclineGround::AnsweredBefore, "") => wrong(
                "以“已经答复”为由不予受理的,请填写此前已答复的投诉编号(指引第十六条)".to_owned(),
            ),
            (DeclineGround::AnsweredBefore, number) => {
                let found = store::find_number(self.tx, number).await?;
                let same = found.filter(|earlier| {
                    earlier.registration.union == case.registration.union && earlier.id != case.id
                });
                match same {
                    None => wrong(format!("本联社没有投诉 {number},请核对编号")),
                    Some(earlier) if earlier.undecided() => wrong(format!(
                        "投诉 {number} 尚未答复;期限内再次投诉的请并案办理(令2020年第3号第十八条第三款)"
                    )),
                    Some(earlier) => Ok(Some(earlier.id)),
                }
            }
            (_, "") => Ok(None),
            (_, _) => wrong("只有以“已经答复”为由不予受理时才填写此前的投诉编号".to_owned()),
        }
    }

    pub(super) async fn live_unit(
        &self,
        field: &'static str,
        code: &str,
    ) -> Result<reference::Unit, ActionError> {
        match reference::unit(self.tx, code.trim()).await? {
            None => Err(ActionError::invalid(field, format!("没有单位 {code}"))),
            Some(unit) if unit.retired => Err(ActionError::invalid(
                field,
                format!("单位 {}({code})已撤销", unit.name),
            )),
            Some(unit) => Ok(unit),
        }
    }

    /// A unit that may be on the order of a case: of its union, or of the union that it was sent down to.
    pub(super) async fn unit_for(
        &self,
        case: &Case,
        field: &'static str,
        code: &str,
    ) -> Result<reference::Unit, ActionError> {
        let below = case.course.skipped.as_ref().map(|skipped| &skipped.union);
        let known = reference::unit(self.tx, code).await?;
        match known.filter(|unit| {
            unit.union_code == case.registration.union || Some(&unit.union_code) == below
        }) {
            None => Err(ActionError::invalid(
                field,
                format!("本联社没有单位 {code}"),
            )),
            Some(unit) if unit.retired => Err(ActionError::invalid(
                field,
                format!("单位 {}({code})已撤销", unit.name),
            )),
            Some(unit) => Ok(unit),
        }
    }

    pub(super) async fn is_province(&self, union: &str) -> Result<bool, ActionError> {
        let unit = reference::unit(self.tx, union).await?;
        Ok(unit.is_some_and(|unit| unit.kind == reference::PROVINCE))
    }

    pub(super) async fn lead(&self, command: &CourseCommand) -> Result<Case, ActionError> {
        let found = find_lead(self.tx, command).await?;
        found.ok_or_else(|| ActionError::invalid("lead_number", "没有这件主案,或者您无权查看"))
    }

    /// The holders of the posts that shall investigate; each is in a unit of the group.
    pub(super) async fn members(
        &self,
        case: &Case,
        units: &[String],
        posts: &[String],
    ) -> Result<Vec<Handler>, ActionError> {
        let mut members = Vec::new();
        for code in posts {
            let known = reference::post(self.tx, code.trim()).await?;
            let known = known.filter(|post| {
                let ordered = case
                    .order
                    .as_ref()
                    .is_some_and(|order| order.names(&post.unit_code));
                !post.abolished && (ordered || units.contains(&post.unit_code))
            });
            let Some(post) = known else {
                return Err(ActionError::invalid(
                    "member_posts",
                    format!("参加调查的单位没有岗位 {code}"),
                ));
            };
            let person = if post.holder_person_id.is_empty() {
                post.deputy_person_id
            } else {
                post.holder_person_id
            };
            if person.is_empty() {
                return Err(ActionError::invalid(
                    "member_posts",
                    format!("岗位 {code} 空缺,不能参加调查"),
                ));
            }
            members.push(Handler {
                post: post.post_code,
                person,
            });
        }
        Ok(members)
    }

    /// The receipt for a skipped level is the union's own complaint, which names ours as the superior's (guideline art. 20).
    pub(super) async fn is_registered_below(
        &self,
        case: &Case,
        number: &str,
    ) -> Result<(), ActionError> {
        let skipped = case.course.skipped.as_ref();
        let matter = case.course.transfer.as_ref().map(|given| given.matter);
        let (Some(skipped), Some(Matter::SkippedLevel)) = (skipped, matter) else {
            return Ok(());
        };
        let own = store::find_number(self.tx, number.trim()).await?;
        let fits = own.is_some_and(|own| {
            let from = own.course.superior.map(|superior| superior.number);
            own.registration.union == skipped.union
                && from.as_ref() == Some(&case.registration.number)
        });
        if fits {
            Ok(())
        } else {
            Err(ActionError::invalid(
                "receipt_number",
                format!(
                    "请先以“上级转办”登记本投诉(来文号填 {}),再填写本单位登记的投诉编号签收",
                    case.registration.number
                ),
            ))
        }
    }

    /// The case that is said to be overdue is the union's, open, and a limit of it was breached (guideline art. 20).
    pub(super) async fn is_overdue_below(
        &self,
        case: &Case,
        number: &str,
    ) -> Result<(), ActionError> {
        if number.is_empty() {
            return Ok(());
        }
        let wrong = |sentence: String| Err(ActionError::invalid("overdue_number", sentence));
        let union = case.course.skipped.as_ref().map(|skipped| &skipped.union);
        let found = store::find_number(self.tx, number).await?;
        let Some(below) = found.filter(|below| Some(&below.registration.union) == union) else {
            return wrong(format!("该联社没有投诉 {number},请核对编号"));
        };
        if below.ended() || !below.undecided() {
            return wrong(format!(
                "投诉 {number} 已有处理决定;不服决定的请按申诉(核查)办理"
            ));
        }
        if !course::overdue(self.tx, below.id).await? {
            return wrong(format!("投诉 {number} 尚未超期,应由该联社继续办理"));
        }
        Ok(())
    }
}

/// Finds the case that another one shall be joined to.
pub(super) async fn find_lead(
    tx: &Tx,
    command: &CourseCommand,
) -> Result<Option<Case>, ActionError> {
    let CourseCommand::JoinCase {
        lead, lead_number, ..
    } = command
    else {
        return Ok(None);
    };
    match lead {
        Some(id) => store::find(tx, *id).await,
        None => store::find_number(tx, lead_number.trim()).await,
    }
}

//! What posts are told of similar complaints.

use super::{Kind, Words};

/// A group of similar complaints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspected {
    /// Its id.
    pub group: String,
    /// The union's name.
    pub union_name: String,
    /// The name of the unit complained of; empty when none is.
    pub unit_name: String,
    /// Why they count as similar, by the contract's number.
    pub ground: i32,
    /// How many complaints.
    pub complaints: u32,
    /// By how many complainants.
    pub complainants: u32,
    /// How many like these in the whole province.
    pub in_province: u32,
    /// Within how many days.
    pub days: u32,
    /// The number of the newest.
    pub newest: String,
}

impl Suspected {
    /// Why they count as similar, in words.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self.ground {
            1 => "被投诉单位和业务类别相同",
            2 => "被投诉单位和投诉原因相同",
            3 => "投诉内容相似",
            _ => "情形相似",
        }
    }
}

/// Warns a post (guideline art. 9).
#[must_use]
pub fn suspected(group: &Suspected) -> Words {
    let Suspected {
        union_name,
        unit_name,
        complaints,
        complainants,
        in_province,
        days,
        newest,
        ..
    } = group;
    let unit = if unit_name.is_empty() {
        "未指明"
    } else {
        unit_name
    };
    Words {
        kind: Kind::GroupSuspected,
        subject: format!("【群体性投诉预警】{union_name} {complainants} 人"),
        text: format!(
            "单位:{union_name}\n被投诉单位:{unit}\n情形:{} 日内 {complainants} 人 {complaints} 件,{}\n\
             省内同期同类:{in_province} 件\n最近一件:{newest}\n预警编号:{}\n\n\
             请核查是否为同一事项,统一口径、合并研究,防止事态扩大;符合重大情形的按规定立即上报(指引第九条、第二十四条(四))。\n",
            days,
            group.why(),
            group.group,
        ),
    }
}

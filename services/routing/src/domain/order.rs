//! The supervision order (督办表, 附表2): what the reception requires of the handling units.
//!
//! Issuing is serving: the limit of the units runs from that instant, and signing for it late changes nothing
//! (guideline art. 18(1): 自收到督办表).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::refusal::{Refusal, required};

/// An order as it stands on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Permanent.
    pub id: Uuid,
    /// When it was issued, and so served.
    pub issued_at: DateTime<Utc>,
    /// The unit that leads (主办).
    pub lead: String,
    /// The units that help (协办).
    pub co_units: Vec<String>,
    /// The units that have signed for it.
    pub signed: Vec<String>,
}

impl Order {
    /// Whether this unit stands on it.
    #[must_use]
    pub fn names(&self, unit: &str) -> bool {
        self.lead == unit || self.co_units.iter().any(|co| co == unit)
    }

    /// All its units, the leading one first.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.lead.as_str()).chain(self.co_units.iter().map(String::as_str))
    }
}

/// What an order shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The unit that leads.
    pub lead: String,
    /// The units that help.
    pub co_units: Vec<String>,
    /// The matter in short.
    pub matter: String,
    /// What is required.
    pub requirements: String,
    /// Whether it is urgent.
    pub urgent: bool,
}

impl Draft {
    /// Checks what an order must say: a leading unit, other units each once, and what is required of them.
    pub fn parse(
        lead: &str,
        co_units: &[String],
        matter: &str,
        requirements: &str,
        urgent: bool,
    ) -> Result<Self, Refusal> {
        let lead = required(lead, "lead_unit_code", "主办单位")?.to_owned();
        let mut helping: Vec<String> = Vec::new();
        for co in co_units {
            let co = required(co, "co_unit_codes", "协办单位")?;
            if co == lead {
                return Err(Refusal::Wrong {
                    field: "co_unit_codes",
                    sentence: format!("单位 {co} 已是主办单位,不能同时协办"),
                });
            }
            if !helping.iter().any(|known| known == co) {
                helping.push(co.to_owned());
            }
        }
        Ok(Self {
            lead,
            co_units: helping,
            matter: matter.trim().to_owned(),
            requirements: required(requirements, "requirements", "督办事项与要求")?.to_owned(),
            urgent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g17_2_an_order_names_one_leading_unit_and_says_what_is_required() {
        let co = ["589002KJ".to_owned(), "589002KJ".to_owned()];
        let draft = Draft::parse(" 58900201 ", &co, "", " 查明并答复 ", false).unwrap();
        assert_eq!((draft.lead.as_str(), draft.co_units.len()), ("58900201", 1));
        assert_eq!(draft.requirements, "查明并答复");
        assert!(Draft::parse("", &co, "", "查明", false).is_err());
        assert!(Draft::parse("58900201", &co, "", " ", false).is_err());
        assert!(Draft::parse("589002KJ", &co, "", "查明", false).is_err());
    }
}

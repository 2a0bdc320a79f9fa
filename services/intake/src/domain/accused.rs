//! From whom of the unit complained of the complainant's identity is kept (guideline art. 5, 19).

/// The roles that head a unit, or work in one that is complained of. Clerks of a reception, an office or the compliance
/// department are not among them: to speak with complainants is what they are there for, and nobody else would.
const KEPT_OUT: [&str; 6] = [
    "outlet_receiver",
    "handler",
    "unit_head",
    "reception_head",
    "office_head",
    "compliance_head",
];

/// Whom a complaint accuses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accused {
    /// The unit complained of, and those in which the person complained of works.
    pub units: Vec<String>,
    /// The unit that the reception ordered to handle and to answer the complainant; empty while there is none.
    pub lead: String,
}

impl Accused {
    /// Whether whoever holds these posts, each a unit and a role, may learn who complained.
    pub fn may_be_told<'a>(&self, mut posts: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
        let kept_out = |unit: &str, role: &str| {
            KEPT_OUT.contains(&role) && self.units.iter().any(|accused| accused == unit)
        };
        posts.all(|(unit, role)| !kept_out(unit, role) || unit == self.lead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g5_g19_the_accused_unit_does_not_learn_who_complained_unless_it_was_ordered_to_answer() {
        // The lead unit, the reader's units and roles, and whether he is told. 02 is complained of; whoever it was works in 03.
        const LAW: &str = "
            -  01:unit_head                     yes
            -  02:unit_head                     no
            -  02:handler                       no
            -  02:outlet_receiver               no
            -  03:unit_head                     no
            01 02:unit_head                     no
            02 02:unit_head                     yes
            02 03:unit_head                     no
            -  SL:reception_clerk               yes
            -  01:unit_head,02:unit_head        no
            -  SL:reception_clerk,02:unit_head  no
            -  02:reception_head                no
            -  02:reception_clerk               yes";
        for line in LAW.lines().filter(|line| !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let accused = Accused {
                units: vec!["03".to_owned(), "02".to_owned()],
                lead: cells[0].replace('-', ""),
            };
            let posts = cells[1].split(',').filter_map(|post| post.split_once(':'));
            assert_eq!(accused.may_be_told(posts), cells[2] == "yes", "{line}");
        }
    }
}

//! Who should handle a complaint by the routing table (部门归口): the first row whose conditions are all met.
//!
//! The table is data of the institution; it suggests, and 受理部门 decides (guideline art. 17(2)).

use std::collections::BTreeMap;

/// What of a complaint the table looks at.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The business; empty when not known.
    pub business: &'a str,
    /// The cause; empty when not known.
    pub cause: &'a str,
    /// How the business was done; empty when not known.
    pub handled_via: &'a str,
    /// The nature, by the contract's number.
    pub nature: i32,
    /// Whether a member of staff is complained of.
    pub person_complained: bool,
}

/// A row of the table. A condition that names nothing is met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub code: String,
    /// What it is about.
    pub name: String,
    /// The document it comes from.
    pub source: String,
    /// The business is one of these, or below one.
    pub businesses: Vec<String>,
    /// The cause is one of these, or below one.
    pub causes: Vec<String>,
    /// It was done by one of these ways, or one below.
    pub handled_via: Vec<String>,
    /// The nature is one of these.
    pub natures: Vec<i32>,
    /// A member of staff is complained of.
    pub person_complained: bool,
    /// Who should lead.
    pub lead: Place,
    /// Who should help.
    pub helpers: Vec<Place>,
}

/// Who should take part, in the words of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The unit complained of.
    #[default]
    ComplainedUnit,
    /// The reception of the union.
    Reception,
    /// The unit of the union that is there for this.
    Function(String),
}

impl Place {
    /// Reads the word of a row.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "complained_unit" => Self::ComplainedUnit,
            "reception" => Self::Reception,
            function => Self::Function(function.to_owned()),
        }
    }

    /// The word of a row.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::ComplainedUnit => "complained_unit",
            Self::Reception => "reception",
            Self::Function(function) => function,
        }
    }
}

/// The table with what stands above what.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The version of the taxonomy.
    pub version: u64,
    /// The entry above each, by axis and code.
    pub above: BTreeMap<(i32, String), String>,
    /// The name of each, by axis and code.
    pub names: BTreeMap<(i32, String), String>,
    /// The rows, in their order.
    pub rows: Vec<Row>,
}

/// Axis A of JR/T 0169; axes go by the contract's numbers.
pub const HANDLED_VIA: i32 = 1;
/// Axis B of JR/T 0169.
pub const BUSINESS: i32 = 2;
/// Axis C of JR/T 0169.
pub const CAUSE: i32 = 3;
/// What a unit is there for.
pub const FUNCTION: i32 = 4;

impl Table {
    /// The first row that fits.
    #[must_use]
    pub fn decide(&self, asked: Asked<'_>) -> Option<&Row> {
        self.rows.iter().find(|row| self.fits(row, asked))
    }

    /// The name of a code; none when there is no such code on the axis. Complaints keep one that is used no more, so it has
    /// its name still.
    #[must_use]
    pub fn name(&self, axis: i32, code: &str) -> Option<&str> {
        let name = self.names.get(&(axis, code.to_owned()));
        name.map(String::as_str)
    }

    fn fits(&self, row: &Row, asked: Asked<'_>) -> bool {
        self.within(BUSINESS, asked.business, &row.businesses)
            && self.within(CAUSE, asked.cause, &row.causes)
            && self.within(HANDLED_VIA, asked.handled_via, &row.handled_via)
            && (row.natures.is_empty() || row.natures.contains(&asked.nature))
            && (!row.person_complained || asked.person_complained)
    }

    /// Whether a code is one of these or stands below one; whatever it is when nothing is named.
    fn within(&self, axis: i32, code: &str, named: &[String]) -> bool {
        if named.is_empty() {
            return true;
        }
        let mut at = code.to_owned();
        // As deep as there are entries, so that a circle in a damaged file ends.
        for _ in 0..=self.above.len() {
            if named.contains(&at) {
                return true;
            }
            match self.above.get(&(axis, at)) {
                Some(above) if !above.is_empty() => at = above.clone(),
                _ => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;

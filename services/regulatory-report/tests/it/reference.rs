//! The reference set of Guangdong, as it is shipped.

use std::{collections::BTreeSet, path::Path};

use directory::reference;
use regulatory_report::{
    domain::tree::{Kind, Tree},
    subscriptions,
};
use suda_proto::directory::v1::UnitKind;

/// The clock of art. 23 names the unions it runs for; who is expected to report is read off the units' names.
#[test]
fn g23_whoever_must_report_has_a_clock_for_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/reference");
    let shipped = reference::read(&reference::files(&folder).unwrap()).unwrap();
    let units = reference::units(&shipped.structure).into_iter();
    let units = Tree(
        units
            .map(|(code, unit)| (code, subscriptions::unit(&unit).unwrap()))
            .collect(),
    );
    let mut clocks = shipped.policies.iter().flat_map(|policy| &policy.clocks);
    let clock = clocks.find(|clock| clock.code == "G23").unwrap();
    let mut clocked: BTreeSet<String> = clock.unit_codes.iter().cloned().collect();
    // It runs for every office, by its kind.
    assert_eq!(clock.unit_kinds().collect::<Vec<_>>(), [UnitKind::Office]);
    let offices = units.0.iter().filter(|(_, unit)| unit.kind == Kind::Office);
    clocked.extend(offices.map(|(code, _)| code.clone()));
    let expected = units.reporting("2026-06-15".parse().unwrap());
    assert_eq!(clocked, expected.into_iter().collect());
}

//! A piece of a half-year of the whole province: what comes of it is what its plan says.

use suda::simulation::{self, Wanted};
use suite::{programs, root};

/// A Friday, a make-up Saturday and a Sunday: complaints all over the province are registered, handled, answered and closed, and
/// the figures of every union, office and the province are those of the plan.
#[tokio::test(flavor = "multi_thread")]
async fn g23_g22_g12_5_the_figures_of_a_played_plan_are_those_of_the_plan() {
    std::env::set_current_dir(root()).unwrap();
    let folder = tempfile::Builder::new()
        .prefix("suite-")
        .tempdir_in(root().join("target"))
        .unwrap();
    let wanted = Wanted {
        seed: 2026,
        complaints: 40,
        first: "2026-05-08".parse().unwrap(),
        last: "2026-05-10".parse().unwrap(),
        folder: folder.path().join("stack"),
        programs: programs(),
        reference: root().join("deploy/reference"),
    };
    let outcome = simulation::play(&wanted, &|_, _| {}).await.unwrap();
    assert_eq!(outcome.findings.wrong, Vec::<String>::new());
    assert_eq!(outcome.findings.province["received"], 40);
    assert!(outcome.findings.province["closed"] > 0);
    assert!(outcome.findings.ledger_entries > 1000);
    assert!(outcome.findings.proved > 0);
}

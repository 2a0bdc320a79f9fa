//! `suda up`, as `deploy/up` calls it: a second start goes on with what the first left.

use std::path::Path;

use suite::{programs, root};
use tokio::process::Command;

/// Starts a stack in `folder`, lets everything run once and gives what was printed: the table of the open cases, and the notes.
async fn up_once(folder: &Path) -> (String, String) {
    let done = Command::new(programs().join("suda"))
        .current_dir(root())
        .arg("--state")
        .arg(folder)
        .args(["up", "--once"])
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let (table, notes) = (
        String::from_utf8(done.stdout).unwrap(),
        String::from_utf8(done.stderr).unwrap(),
    );
    assert!(done.status.success(), "{table}{notes}");
    (table, notes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_goes_on_with_the_cases_of_the_first() {
    let folder = tempfile::Builder::new()
        .prefix("suite-")
        .tempdir_in(root().join("target"))
        .unwrap();
    let (first, _) = up_once(folder.path()).await;
    for number in 1..=3 {
        let number = format!("-{number:06}");
        assert!(first.contains(&number), "{first}");
    }
    let (second, notes) = up_once(folder.path()).await;
    assert_eq!(second, first);
    assert!(notes.contains("reference: 0 changes"), "{notes}");
}

//! What the command line can do, one file for each noun.

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{output::Form, session::Session};

mod accountability;
mod appeal;
mod archive;
mod calendar;
mod case;
mod clock;
mod complaint;
mod disclosure;
mod document;
#[cfg(test)]
mod documented;
mod escalation;
mod files;
mod group;
mod keys;
mod load;
mod matters;
mod moving;
mod notice;
mod operate;
mod order;
mod pages;
mod panel;
mod policy;
mod rectification;
mod reference;
mod relation;
mod report;
mod simulate;
mod taxonomy;
mod unit;
mod up;

/// 诉达 Suda: customer complaints of a province's rural credit unions.
#[derive(Debug, Parser)]
#[command(name = "suda", version, about, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.")]
pub struct Command {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    session: Session,
    /// The form of the answer.
    #[arg(long, global = true, default_value = "table")]
    output: Form,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Starts a whole local stack and keeps it running until Ctrl-C.
    Up(up::Up),
    /// Units, posts, people, calendars, policies and the taxonomy.
    #[command(subcommand)]
    Reference(reference::Reference),
    /// How to complain at a unit.
    #[command(subcommand)]
    Unit(unit::Unit),
    /// Complaints, as they were received.
    #[command(subcommand)]
    Complaint(complaint::Complaint),
    /// Similar complaints that call for an early warning.
    #[command(subcommand)]
    Group(group::Group),
    /// What happens to a complaint after it was registered.
    #[command(subcommand)]
    Case(case::Case),
    /// To whom the caller is related, so as to keep out (回避).
    #[command(subcommand)]
    Relation(relation::Relation),
    /// Supervision orders (督办表).
    #[command(subcommand)]
    Order(order::Ordering),
    /// Overdue cases laid before an office or the compliance department.
    #[command(subcommand)]
    Escalation(escalation::Escalating),
    /// Letters to complainants and alarms to posts.
    #[command(subcommand)]
    Notice(notice::Noticing),
    /// Appeals against a decision.
    #[command(subcommand)]
    Appeal(Box<appeal::Appeal>),
    /// Tasks to put something right.
    #[command(subcommand)]
    Rectification(rectification::Rectification),
    /// Who is to answer for what, and rewards.
    #[command(subcommand)]
    Accountability(Box<accountability::Accountability>),
    /// Panels on suspected malicious complaints.
    #[command(subcommand)]
    Panel(panel::Panel),
    /// Reports of reprisal, straight to the compliance department.
    #[command(subcommand)]
    Reprisal(disclosure::Reprisal),
    /// Reports of serious violations by staff.
    #[command(subcommand)]
    Violation(disclosure::Violation),
    /// Grave and urgent cases, told up the line at once.
    #[command(subcommand)]
    Major(disclosure::Major),
    /// The official papers of a case, as files.
    #[command(subcommand)]
    Document(document::Document),
    /// When things are due, and why.
    #[command(subcommand)]
    Clock(clock::Clock),
    /// Working days, as they are published (日历).
    #[command(subcommand)]
    Calendar(calendar::Calendar),
    /// Limits, and drafts of them.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// What complaints are classified by, and who handles what.
    #[command(subcommand)]
    Taxonomy(taxonomy::Taxonomy),
    /// Sealed files.
    #[command(subcommand)]
    Archive(archive::Archive),
    /// The figures of a half-year.
    #[command(subcommand)]
    Report(report::Report),
    /// Keys and passwords of a new installation.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// How every service is.
    Status,
    /// Messages that could not be done.
    #[command(subcommand)]
    Parked(operate::Parked),
    /// Tells the published facts of a service again.
    Replay(operate::Replay),
    /// Registers many invented complaints and measures how the suite keeps up; for a stack of one's own.
    Load(load::Load),
    /// Plays a half-year of the whole province in a stack of its own.
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Prints the completion script of a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Does what the command says.
///
/// # Errors
/// A sentence that says what is wrong and what to do.
pub async fn run(command: Command) -> anyhow::Result<()> {
    let Command {
        what,
        session,
        output,
    } = command;
    match what {
        What::Up(up) => up::run(&up, &session).await,
        What::Reference(what) => reference::run(&what, &session, output).await,
        What::Unit(what) => unit::run(&what, &session, output).await,
        What::Complaint(what) => complaint::run(what, &session, output).await,
        What::Group(what) => group::run(&what, &session, output).await,
        What::Case(what) => case::run(what, &session, output).await,
        What::Relation(what) => relation::run(what, &session, output).await,
        What::Document(what) => document::run(&what, &session, output).await,
        What::Order(what) => order::run(what, &session, output).await,
        What::Escalation(what) => escalation::run(what, &session, output).await,
        What::Notice(what) => notice::run(what, &session, output).await,
        What::Appeal(what) => appeal::run(&what, &session, output).await,
        What::Rectification(what) => rectification::run(&what, &session, output).await,
        What::Accountability(what) => accountability::run(&what, &session, output).await,
        What::Panel(what) => panel::run(&what, &session, output).await,
        What::Reprisal(what) => disclosure::reprisal(&what, &session, output).await,
        What::Violation(what) => disclosure::violation(&what, &session, output).await,
        What::Major(what) => disclosure::major(&what, &session, output).await,
        What::Clock(what) => clock::run(&what, &session, output).await,
        What::Calendar(what) => calendar::run(&what, &session, output).await,
        What::Policy(what) => policy::run(&what, &session, output).await,
        What::Taxonomy(what) => taxonomy::run(&what, &session, output).await,
        What::Archive(what) => archive::run(&what, &session, output).await,
        What::Report(what) => report::run(&what, &session, output).await,
        What::Keys(what) => keys::run(&what),
        What::Status => operate::status(&session, output).await,
        What::Parked(what) => operate::parked(&what, &session, output).await,
        What::Replay(what) => operate::replay(&what, &session, output).await,
        What::Load(what) => load::run(&what, &session, output).await,
        What::Simulate(what) => simulate::run(what, output).await,
        What::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Command::command(), "suda", &mut script);
            crate::output::text(&String::from_utf8(script)?);
            Ok(())
        }
    }
}

/// Applies the reference files of a folder.
///
/// # Errors
/// What is wrong with them, with file and line.
pub async fn apply_reference(folder: &std::path::Path, session: &Session) -> anyhow::Result<()> {
    reference::apply(folder, false, session).await.map(drop)
}

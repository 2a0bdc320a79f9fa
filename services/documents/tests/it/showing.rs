//! Writes every document to a folder, for people to look at.

use std::{fs, path::Path};

use documents::{Document, Format};

use crate::{PRESS, archives, samples};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.suda/samples");

fn write(document: &impl Document, formats: &[Format]) {
    for format in formats {
        let file = PRESS.render(document, *format).unwrap();
        fs::write(Path::new(FOLDER).join(&file.file_name), &file.bytes).unwrap();
    }
}

#[test]
#[ignore = "writes files for people to look at, and proves nothing"]
fn every_document_is_written_to_be_looked_at() {
    const BOTH: [Format; 2] = [Format::Pdf, Format::Docx];
    const PDF: [Format; 1] = [Format::Pdf];
    fs::create_dir_all(FOLDER).unwrap();
    write(&samples::form1(), &PDF);
    write(&samples::form2(), &PDF);
    write(&samples::acceptance(), &BOTH);
    write(&samples::refusal(), &BOTH);
    write(&samples::answer(), &BOTH);
    write(&samples::extension(), &BOTH);
    write(&samples::appeal_acceptance(), &BOTH);
    write(&samples::appeal_decision(), &BOTH);
    write(&samples::superior_report(), &BOTH);
    write(&samples::counter_notice(), &PDF);
    write(&samples::catalogue(50), &PDF);
    write(&samples::transfer_list(), &PDF);
    write(&samples::handover(), &PDF);
    write(&archives::file_register(30), &PDF);
    write(&archives::check_report(3), &PDF);
    write(&samples::certificate(), &PDF);
    write(&samples::half_year(), &BOTH);
}

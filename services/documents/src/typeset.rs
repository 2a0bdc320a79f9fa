//! Sets a sheet with typst: the templates of this crate, the fonts, and the data as a file that they read.

use std::sync::{Arc, LazyLock};

use typst::{
    Library, LibraryExt as _, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic, Warned},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{fonts::Fonts, press::RenderError, sheet::Sheet};

/// The templates, by name.
const TEMPLATES: [(&str, &str); 11] = [
    ("common.typ", include_str!("../templates/common.typ")),
    ("paper.typ", include_str!("../templates/paper.typ")),
    ("form1.typ", include_str!("../templates/form1.typ")),
    ("form2.typ", include_str!("../templates/form2.typ")),
    ("catalogue.typ", include_str!("../templates/catalogue.typ")),
    ("transfer.typ", include_str!("../templates/transfer.typ")),
    ("handover.typ", include_str!("../templates/handover.typ")),
    (
        "certificate.typ",
        include_str!("../templates/certificate.typ"),
    ),
    ("register.typ", include_str!("../templates/register.typ")),
    ("checks.typ", include_str!("../templates/checks.typ")),
    ("notice.typ", include_str!("../templates/notice.typ")),
];

/// The file that every template reads.
const DATA: &str = "data.json";

/// PDF/A-2a: everything embedded, tagged, with its text readable by machines (ISO 19005-2).
const STANDARD: PdfStandard = PdfStandard::A_2a;

/// The program that made the file, without a version: a new typst alone should not change a document's digest.
const CREATOR: &str = "Suda";

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    TEMPLATES
        .iter()
        .filter_map(|(name, text)| Some(Source::new(file(name)?, (*text).to_owned())))
        .collect()
});

fn file(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The fonts and typst's own library, made once.
pub(crate) struct Workshop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    pub(crate) fonts: Fonts,
}

impl Workshop {
    pub(crate) fn new(fonts: Fonts) -> Self {
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(fonts.book.clone()),
            fonts,
        }
    }
}

/// What typst sees: nothing of the machine, no clock, no network.
struct Desk {
    workshop: Arc<Workshop>,
    main: FileId,
    data: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.workshop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.workshop.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = SOURCES.iter().find(|source| source.id() == id);
        known.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.get().vpath().get_without_slash() == DATA {
            Ok(self.data.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.workshop.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Sets a sheet as PDF/A.
pub(crate) fn pdf(workshop: &Arc<Workshop>, sheet: &Sheet) -> Result<Vec<u8>, RenderError> {
    let mut data = sheet.data();
    crate::text::printable(&mut data, &|character| workshop.fonts.shows(character));
    let desk = Desk {
        workshop: Arc::clone(workshop),
        main: file(sheet.template()).ok_or(RenderError::NoTemplate(sheet.template()))?,
        data: Bytes::from_string(data.to_string()),
    };
    let bytes = set(&desk, sheet);
    // What was set is somebody's complaint: nothing of it stays in typst's memory.
    comemo::evict(0);
    bytes
}

fn set(desk: &Desk, sheet: &Sheet) -> Result<Vec<u8>, RenderError> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(desk);
    let document = output.map_err(|errors| RenderError::Typesetting(told(&errors)))?;
    if !warnings.is_empty() {
        return Err(RenderError::Typesetting(told(&warnings)));
    }
    let standards = PdfStandards::new(&[STANDARD])
        .map_err(|error| RenderError::Typesetting(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}/{}", sheet.template(), sheet.number)),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| RenderError::Typesetting(told(&errors)))
}

/// What typst says, in one line; it quotes templates, never data.
fn told(diagnostics: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    messages.join("; ")
}

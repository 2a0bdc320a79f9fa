//! The door of this crate: a document in, the bytes of a file out.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use crate::{
    Document, NoFonts, docx,
    fonts::{self, Fonts},
    sheet::Body,
    typeset::{self, Workshop},
};

/// What a document is rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PDF/A-2a: to be signed, sealed and kept.
    Pdf,
    /// DOCX: letters and reports that people still edit.
    Docx,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// The ending of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
        }
    }
}

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its bytes; the same for the same document.
    pub bytes: Vec<u8>,
    /// What it is.
    pub media_type: &'static str,
    /// What to call it, e.g. `客户投诉处理表_589002-2026-000001.pdf`.
    pub file_name: String,
}

/// What was written about somebody is in no log.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A document cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// There are no fonts.
    #[error(transparent)]
    NoFonts(#[from] NoFonts),
    /// A form is not for editing.
    #[error("《{0}》须签字盖章存档,只能出具PDF,不能出具可编辑的文件")]
    NotEditable(String),
    /// A template is not embedded: a mistake in this crate.
    #[error("there is no template {0}")]
    NoTemplate(&'static str),
    /// Typst refuses it: a mistake in a template, or a rule of PDF/A that is not kept.
    #[error("the document cannot be set: {0}")]
    Typesetting(String),
    /// The DOCX cannot be written.
    #[error("the document cannot be written as DOCX: {0}")]
    Docx(String),
    /// The thread that set it stopped.
    #[error("the press stopped")]
    Stopped(#[source] tokio::task::JoinError),
}

/// Renders documents. It is cheap to make; the fonts, about 70 MB, are read at the first document and kept.
///
/// Rendering takes a good part of a second of one processor: an asynchronous program has it [set beside](Self::set) the
/// threads that answer others.
pub struct Press {
    fonts: Option<PathBuf>,
    workshop: OnceLock<Arc<Workshop>>,
}

impl Press {
    /// A press with the fonts of this folder, or of the usual ones.
    #[must_use]
    pub fn new(fonts: Option<PathBuf>) -> Self {
        Self {
            fonts,
            workshop: OnceLock::new(),
        }
    }

    /// Renders a document.
    ///
    /// # Errors
    /// When a form is wanted as DOCX, when there are no fonts, or when a template is wrong.
    pub fn render(
        &self,
        document: &(impl Document + ?Sized),
        format: Format,
    ) -> Result<Rendered, RenderError> {
        let sheet = document.sheet();
        let bytes = match (format, &sheet.body) {
            (Format::Pdf, _) => typeset::pdf(&self.workshop()?, &sheet)?,
            (Format::Docx, Body::Paper(paper)) => docx::write(&sheet, paper)?,
            (Format::Docx, Body::Form(..)) => return Err(RenderError::NotEditable(sheet.title)),
        };
        Ok(Rendered {
            bytes,
            media_type: format.media_type(),
            file_name: format!("{}.{}", sheet.file_stem(), format.extension()),
        })
    }

    /// Renders a document on a thread that may block.
    ///
    /// # Errors
    /// As [`render`](Self::render); or when that thread stopped.
    pub async fn set(
        self: &Arc<Self>,
        document: Box<dyn Document + Send>,
        format: Format,
    ) -> Result<Rendered, RenderError> {
        let press = Arc::clone(self);
        let made = move || press.render(document.as_ref(), format);
        tokio::task::spawn_blocking(made)
            .await
            .map_err(RenderError::Stopped)?
    }

    /// The fonts, read once. A failure is not kept: they may be installed while we run.
    fn workshop(&self) -> Result<Arc<Workshop>, NoFonts> {
        if let Some(workshop) = self.workshop.get() {
            return Ok(Arc::clone(workshop));
        }
        let folder = fonts::find(self.fonts.as_deref())?;
        let workshop = Arc::new(Workshop::new(Fonts::read(&folder)?));
        Ok(Arc::clone(self.workshop.get_or_init(|| workshop)))
    }
}

//! The fonts of official papers: Noto Serif CJK SC for text (宋体), Noto Sans CJK SC for headings (黑体).
//!
//! They are Debian's `fonts-noto-cjk`; `deploy/tools` installs it. No other font of the machine is used: a document must
//! look the same, and have the same bytes, wherever it is rendered.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
};

/// The files that are needed.
const FILES: [&str; 3] = [
    "NotoSerifCJK-Regular.ttc",
    "NotoSerifCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc",
];

/// Where Debian's package puts them.
const DEBIAN: &str = "/usr/share/fonts/opentype/noto";
/// Where `deploy/tools` unpacks them for who is not root, below the project's folder.
const UNPACKED: &str = ".suda/tools/fonts/usr/share/fonts/opentype/noto";

/// Which of the faces in such a file is for simplified Chinese; the order is Japanese, Korean, SC, TC, HK.
const SIMPLIFIED: u32 = 2;

/// The fonts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoFonts {
    /// No folder has them.
    #[error(
        "the fonts of official papers were not found in {}: install Debian's fonts-noto-cjk (deploy/tools does it), \
         or say where they are",
        listed(.0)
    )]
    NotFound(Vec<PathBuf>),
    /// A file cannot be read.
    #[error("the font {} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// A file is not the font that it should be.
    #[error("{} has no face for simplified Chinese: it is not Debian's fonts-noto-cjk", .0.display())]
    Foreign(PathBuf),
}

fn listed(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    folders.join(", ")
}

/// The usual folders: Debian's, and the unpacked one of the project that we are somewhere in.
fn usual() -> Vec<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let unpacked = here.ancestors().map(|above| above.join(UNPACKED));
    std::iter::once(PathBuf::from(DEBIAN))
        .chain(unpacked)
        .collect()
}

/// The folder with the fonts: the one that was said, else the first of the usual ones that has them.
pub(crate) fn find(said: Option<&Path>) -> Result<PathBuf, NoFonts> {
    let folders: Vec<PathBuf> = match said {
        Some(folder) => vec![folder.to_owned()],
        None => usual(),
    };
    let complete = |folder: &&PathBuf| FILES.iter().all(|file| folder.join(file).is_file());
    match folders.iter().find(complete) {
        Some(folder) => Ok(folder.clone()),
        None => Err(NoFonts::NotFound(folders)),
    }
}

/// The faces, in the order of their book.
pub(crate) struct Fonts {
    pub(crate) faces: Vec<Font>,
    pub(crate) book: FontBook,
}

impl Fonts {
    /// Reads them.
    pub(crate) fn read(folder: &Path) -> Result<Self, NoFonts> {
        let faces = FILES
            .iter()
            .map(|file| face(folder.join(file)))
            .collect::<Result<Vec<_>, _>>()?;
        let book = FontBook::from_fonts(&faces);
        Ok(Self { faces, book })
    }

    /// Whether any of them can show a character.
    pub(crate) fn shows(&self, character: char) -> bool {
        let code = u32::from(character);
        self.faces
            .iter()
            .any(|face| face.info().coverage.contains(code))
    }
}

fn face(path: PathBuf) -> Result<Font, NoFonts> {
    let bytes = match fs::read(&path) {
        Ok(bytes) => Bytes::new(bytes),
        Err(error) => return Err(NoFonts::Unreadable(path, error)),
    };
    let face = Font::new(bytes, SIMPLIFIED).filter(|face| face.info().family.ends_with("CJK SC"));
    face.ok_or(NoFonts::Foreign(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fonts_are_named_with_the_remedy() {
        let nowhere = Path::new("/nowhere/at/all");
        let told = find(Some(nowhere)).unwrap_err().to_string();
        assert!(told.contains("/nowhere/at/all"), "{told}");
        assert!(told.contains("fonts-noto-cjk"), "{told}");
    }
}

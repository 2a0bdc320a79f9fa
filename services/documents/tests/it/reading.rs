//! Reads a PDF as a machine does: the characters that its fonts say its glyphs mean, page by page.

use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, font::Glyph, hayro_cmap::BfString,
    interpret_page,
};
use hayro_syntax::Pdf;
use kurbo::{Affine, BezPath, Rect};

/// What was read.
pub(crate) struct Read {
    /// The text of each page, without spaces.
    pub(crate) pages: Vec<String>,
    /// The file's metadata, as XMP.
    pub(crate) xmp: String,
    /// How many filled shapes were drawn.
    pub(crate) shapes: usize,
    /// How far to the right the last glyph begins, in points.
    pub(crate) widest: f64,
}

impl Read {
    /// Reads it.
    pub(crate) fn pdf(bytes: &[u8]) -> Self {
        let pdf = Pdf::new(bytes.to_vec()).unwrap();
        let (mut shapes, mut widest) = (0, 0.0_f64);
        let mut pages = Vec::new();
        for page in pdf.pages().iter() {
            let cache = InterpreterCache::new();
            let (width, height) = page.render_dimensions();
            let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
            let mut context = Context::new(
                Affine::IDENTITY,
                bounds,
                &cache,
                page.xref(),
                InterpreterSettings::default(),
            );
            let mut reader = Reader::default();
            interpret_page(page, &mut context, &mut reader);
            shapes += reader.shapes;
            widest = widest.max(reader.widest);
            pages.push(reader.text);
        }
        Self {
            pages,
            xmp: xmp(bytes),
            shapes,
            widest,
        }
    }

    /// The text of all pages.
    pub(crate) fn text(&self) -> String {
        self.pages.concat()
    }
}

/// The metadata, which PDF/A keeps uncompressed so that any program finds it.
fn xmp(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("<x:xmpmeta").unwrap();
    rest.split_once("</x:xmpmeta>").unwrap().0.to_owned()
}

#[derive(Default)]
struct Reader {
    text: String,
    shapes: usize,
    widest: f64,
}

impl<'a> Device<'a> for Reader {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, mode: &PathDrawMode) {
        if matches!(mode, PathDrawMode::Fill(_)) {
            self.shapes += 1;
        }
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        let place = (transform * glyph_transform).translation();
        self.widest = self.widest.max(place.x);
        let said = match glyph.as_unicode() {
            Some(BfString::Char(character)) => character.to_string(),
            Some(BfString::String(text)) => text,
            None => String::from('\u{FFFD}'),
        };
        let seen = |c: &char| !c.is_whitespace() && *c != '\u{200B}';
        self.text.extend(said.chars().filter(seen));
    }
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

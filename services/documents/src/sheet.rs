//! What every document has: a title, what identifies it, who answers for it, its day; and what stands in it.

use serde::Serialize;
use serde_json::Value;

use crate::{Date, paper::Paper};

/// A document that can be rendered.
pub trait Document {
    /// What is rendered.
    fn sheet(&self) -> Sheet;
}

/// A document, ready to be set.
pub struct Sheet {
    pub(crate) title: String,
    pub(crate) number: String,
    pub(crate) author: String,
    pub(crate) dated: Date,
    pub(crate) draft: bool,
    pub(crate) body: Body,
}

/// What stands in a document.
pub(crate) enum Body {
    /// A form or register with a template of its own.
    Form(&'static str, Value),
    /// A letter or report, which can be edited.
    Paper(Box<Paper>),
}

impl Sheet {
    /// A form or register: its template's name, and the model whose fields the template shows.
    ///
    /// The author is a unit or post, never a person.
    pub(crate) fn form(
        template: &'static str,
        title: &str,
        number: &str,
        author: &str,
        dated: Date,
        model: &impl Serialize,
    ) -> Self {
        // Models have string keys and finite numbers, so this cannot fail; an empty form would be seen at once.
        let model = serde_json::to_value(model).unwrap_or_default();
        Self {
            title: title.to_owned(),
            number: number.to_owned(),
            author: author.to_owned(),
            dated,
            draft: false,
            body: Body::Form(template, model),
        }
    }

    /// A letter or report.
    pub(crate) fn paper(number: &str, author: &str, dated: Date, paper: Paper) -> Self {
        Self {
            title: paper.title.clone(),
            number: number.to_owned(),
            author: author.to_owned(),
            dated,
            draft: false,
            body: Body::Paper(Box::new(paper)),
        }
    }

    /// The file of the template that shows it.
    pub(crate) fn template(&self) -> &'static str {
        match self.body {
            Body::Form(template, _) => template,
            Body::Paper(_) => "paper.typ",
        }
    }

    /// What the template reads.
    pub(crate) fn data(&self) -> Value {
        let (year, month, day) = self.dated.parts();
        let model = match &self.body {
            Body::Form(_, model) => model.clone(),
            Body::Paper(paper) => serde_json::to_value(paper).unwrap_or_default(),
        };
        serde_json::json!({
            "meta": {
                "title": self.title,
                "number": self.number,
                "author": [self.author],
                "date": { "year": year, "month": month, "day": day },
                "draft": self.draft,
            },
            "model": model,
        })
    }

    /// The name of its file, without an ending; no character that a file system refuses.
    pub(crate) fn file_stem(&self) -> String {
        let name = if self.number.is_empty() {
            self.title.clone()
        } else {
            format!("{}_{}", self.title, self.number)
        };
        name.chars()
            .map(|character| match character {
                '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
                other if other.is_control() || other.is_whitespace() => '-',
                other => other,
            })
            .collect()
    }
}

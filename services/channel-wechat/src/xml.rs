//! The platform's XML: one root with fields in it.

use quick_xml::{Reader, events::Event};

use crate::domain::callback::Fields;

/// More than any push has; what is deeper or longer is no push.
const MOST_FIELDS: usize = 200;

/// Reads the fields below `<xml>`; what lies deeper is left out. A sentence says what is wrong.
pub fn fields(text: &str) -> Result<Fields, &'static str> {
    let mut reader = Reader::from_str(text);
    let mut fields = Fields::new();
    let mut path: Vec<String> = Vec::new();
    let mut value = String::new();
    let mut closed = false;
    loop {
        match reader.read_event().map_err(|_| "不是合法的 XML")? {
            Event::Start(start) => {
                let name: &str = start.name().into_inner();
                if path.is_empty() && (closed || name != "xml") {
                    return Err("根元素不是 xml");
                }
                if fields.len() > MOST_FIELDS || path.len() > 8 {
                    return Err("字段过多");
                }
                path.push(name.to_owned());
                value.clear();
            }
            Event::Text(part) => value.push_str(&part.xml10_content()),
            Event::CData(part) => value.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => letter,
                    _ => named(&reference.xml10_content()).ok_or("未定义的实体")?,
                };
                value.push(letter);
            }
            Event::End(_) => {
                if path.len() == 2
                    && let Some(name) = path.last()
                {
                    fields.insert(name.clone(), std::mem::take(&mut value));
                }
                path.pop();
                closed = path.is_empty();
                value.clear();
            }
            // Entities of one's own, and what they could grow to, have no place here.
            Event::DocType(_) => return Err("不接受 DOCTYPE"),
            Event::Eof if closed => return Ok(fields),
            Event::Eof => return Err("XML 不完整"),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// A text in CDATA; an end mark inside it is cut in two.
#[must_use]
pub fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_push() {
        let found = fields(
            "<?xml version=\"1.0\"?>\n<xml>\n <A><![CDATA[a<b]]></A><B>1 &amp; 2 &#x4e2d;</B><C/>\
             <D><E>deep</E></D><F></F></xml>\n",
        )
        .unwrap();
        assert_eq!(found["A"], "a<b");
        assert_eq!(found["B"], "1 & 2 中");
        assert_eq!(found["F"], "");
        assert!(!found.contains_key("E"));
        let text = "x]]>y&<";
        let round = fields(&format!("<xml><A>{}</A></xml>", cdata(text))).unwrap();
        assert_eq!(round["A"], text);
    }

    #[test]
    fn g24_1_what_is_no_push_is_refused_with_a_reason() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><xml><A>&a;</A></xml>";
        for bad in [
            "",
            "words",
            "<json/>",
            "<xml>",
            "<xml><A></xml>",
            "<xml></xml><xml>",
            "<xml><A>&b;</A></xml>",
            bomb,
        ] {
            assert!(fields(bad).is_err(), "{bad}");
        }
    }
}

//! Computes the most room that each text of a picture can take, for tests.

use super::{Anchor, Picture, Shape, width};

#[derive(Debug)]
pub(in super::super) struct TextBox {
    pub(in super::super) left: i32,
    pub(in super::super) right: i32,
    pub(in super::super) top: i32,
    pub(in super::super) bottom: i32,
    #[allow(dead_code, reason = "names the text where a test fails")]
    text: String,
}

impl Picture {
    pub(in super::super) fn text_boxes(&self) -> Vec<TextBox> {
        let texts = self.marks.iter().filter_map(|mark| match &mark.shape {
            Shape::Text { x, y, size, anchor, text } => {
                let wide = width(text, *size);
                let left = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - wide / 2,
                    Anchor::End => x - wide,
                };
                let (top, bottom) = (y - size * 4 / 5, y + size / 5);
                Some(TextBox { left, right: left + wide, top, bottom, text: text.clone() })
            }
            _ => None,
        });
        texts.collect()
    }
}

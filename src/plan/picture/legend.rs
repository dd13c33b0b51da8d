//! Explains the shapes of pictures, once for all plans.

use super::{Anchor, PAD, Picture, SMALL, Shape, width};

/// All shapes, in the order in which they are explained.
const SHAPES: [(&str, &str); 6] = [
    ("step", "step, runs to completion"),
    ("starting", "starting"),
    ("sidecar", "sidecar, runs on"),
    ("app", "app, runs on"),
    ("after", "starts after"),
    ("files", "files of a volume"),
];

/// The classes of the shapes that pictures have.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Legend {
    classes: Vec<&'static str>,
}

impl Legend {
    pub(super) fn add(&mut self, class: &'static str) {
        if !self.classes.contains(&class) {
            self.classes.push(class);
        }
    }

    pub(in super::super) fn merge(&mut self, other: &Self) {
        other.classes.iter().for_each(|class| self.add(class));
    }

    /// The legend as a picture of its own.
    pub(in super::super) fn picture(&self, width: i32) -> Picture {
        let mut picture = Picture { width, inset: PAD - 1, ..Picture::default() };
        picture.legend(self);
        picture.height += 12;
        picture
    }
}

impl Picture {
    /// Explains shapes, in as many lines as they need.
    pub(super) fn legend(&mut self, legend: &Legend) {
        self.height += 22;
        let mut x = PAD;
        for (class, text) in SHAPES.into_iter().filter(|(class, _)| legend.classes.contains(class)) {
            let wide = 28 + width(text, SMALL);
            if x > PAD && x + wide > self.width - PAD {
                (x, self.height) = (PAD, self.height + 18);
            }
            let y = self.height - 4;
            match class {
                "after" | "files" => self.mark(class, Shape::Path(format!("M{x} {y}h22"))),
                _ => self.mark(class, Shape::Rect { x, y: y - 5, width: 22, height: 10 }),
            }
            self.text("muted", x + 28, SMALL, Anchor::Start, text, 200);
            x += wide + 14;
        }
    }
}

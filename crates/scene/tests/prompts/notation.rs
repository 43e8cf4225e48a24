//! A short way to write a scene down.
//!
//! Parts are divided by ` ; `. Subjects: `3*红灯笼` (three), `~7*企鹅` (about seven), then `+big`, `+flat`, `@left`.
//! Relations: `0 on 1`, by the subjects' numbers. Then `bg …`, `seamless`, the layout, `no …` and `? …` for leftovers.

use danqing_scene::{Background, Count, Layout, Relation, RelationKind, Scene, Subject, Tiling};

pub(crate) fn reading(scene: &Scene) -> String {
    let mut parts: Vec<String> = scene.subjects.iter().map(subject).collect();
    parts.extend(scene.relations.iter().map(relation));
    parts.extend(scene.background.as_ref().map(background));
    parts.extend((scene.tiling == Tiling::Seamless).then(|| "seamless".to_owned()));
    parts.extend(match scene.layout {
        Layout::Natural => None,
        Layout::Grid { columns, rows } => Some(format!("grid {columns}x{rows}")),
        other => Some(format!("{other:?}").to_lowercase()),
    });
    parts.extend(scene.without.iter().map(|what| format!("no {what}")));
    parts.extend(scene.leftover.iter().map(|word| format!("? {word}")));
    parts.join(" ; ")
}

fn subject(subject: &Subject) -> String {
    let count = match subject.count {
        Count::Unstated => String::new(),
        Count::Exactly(count) => format!("{count}*"),
        Count::About(count) => format!("~{count}*"),
    };
    let size = match subject.size {
        danqing_scene::Size::Normal => String::new(),
        size => format!(" +{}", format!("{size:?}").to_lowercase()),
    };
    let styles: String = subject.styles.iter().map(|style| format!(" +{}", style.name())).collect();
    let place =
        subject.place.map_or(String::new(), |place| format!(" @{}", format!("{place:?}").to_lowercase()));
    format!("{count}{}{size}{styles}{place}", subject.description)
}

fn relation(relation: &Relation) -> String {
    let Relation { subject, kind, object } = relation;
    match kind {
        RelationKind::Between { other } => format!("{subject} between {object} {other}"),
        RelationKind::Wears(at) => format!("{subject} wears-{} {object}", format!("{at:?}").to_lowercase()),
        kind => format!("{subject} {} {object}", format!("{kind:?}").to_lowercase()),
    }
}

fn background(background: &Background) -> String {
    match background {
        Background::Transparent => "bg transparent".to_owned(),
        Background::Colour(colour) => format!("bg {}", colour.name),
        Background::Gradient { top, bottom } => format!("bg {}>{}", top.name, bottom.name),
        Background::Phrase(phrase) => format!("bg \"{phrase}\""),
    }
}

//! A picture among others.

use danqing_store::{Favourite, Picture};

use super::page::Ui;

/// The longer side of small pictures, in pixels.
const SMALL_PX: i64 = 320;

/// A picture as walls show it.
pub(super) struct Plate {
    pub(super) id: String,
    pub(super) thumb: String,
    pub(super) prompt: String,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) loved: bool,
    pub(super) when: String,
}

impl Plate {
    pub(super) fn of(ui: &Ui, picture: &Picture) -> Self {
        let longer = picture.width_px.max(picture.height_px).max(1);
        let scaled = |side: i64| (side * SMALL_PX / longer).max(1);
        Self {
            id: picture.id.to_string(),
            thumb: format!("/pictures/{}/thumb", picture.id),
            prompt: picture.prompt.clone(),
            width: scaled(picture.width_px),
            height: scaled(picture.height_px),
            loved: picture.favourite == Favourite::Yes,
            when: ui.ago(picture.created_ms),
        }
    }
}

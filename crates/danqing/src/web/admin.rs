//! What officers and owners look after: people, the queue, rules, the ledger, storage.

pub(super) mod ledger;
pub(super) mod people;
pub(super) mod queue;
pub(super) mod rules;
pub(super) mod storage;

use super::page::Ui;

/// A page of the administration.
pub(super) struct Tab {
    href: &'static str,
    label: &'static str,
    count: String,
    current: bool,
}

/// All of them, with the one at `here`.
fn tabs(ui: &Ui, here: &str) -> Vec<Tab> {
    let pages = [
        ("/admin", "admin.people"),
        ("/admin/queue", "admin.queue"),
        ("/admin/rules", "admin.rules"),
        ("/admin/ledger", "admin.ledger"),
        ("/admin/storage", "admin.storage"),
    ];
    let tab = |(href, key): (&'static str, &str)| Tab {
        href,
        label: ui.say(key),
        count: String::new(),
        current: href == here,
    };
    pages.map(tab).into()
}

/// A figure with its name.
pub(super) struct Figure {
    name: &'static str,
    value: String,
}

//! Pages: one page, one file. Everything works without a script.

mod account;
mod admin;
mod appeals;
mod assets;
mod bulk;
mod clean;
mod compose;
mod edit;
mod events;
mod examples;
mod files;
mod gallery;
mod jobs;
mod live;
mod orders;
mod page;
mod picture;
mod preferences;
mod reading;
mod recall;
mod session;
mod told;
mod troubles;
mod upload;
mod verdict;
mod verify;
mod wall;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::error::Error;
use crate::studio::Studio;
pub(crate) use files::{is_known, visible};

/// The addresses of pages and of what they are made from.
pub(crate) fn router(studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new()
        .route("/", get(compose::get))
        .route("/live", get(live::get).post(live::frame))
        .route("/reading", get(reading::get))
        .route("/recall", post(recall::recall))
        .route("/orders", post(orders::order))
        .route("/orders/batch", post(recall::order_all))
        .route("/events", get(events::stream))
        .route("/jobs", get(jobs::get))
        .route("/jobs/cancel", post(jobs::cancel_all))
        .route("/jobs/{id}/cancel", post(orders::cancel))
        .route("/gallery", get(gallery::get))
        .route("/boards/{id}", post(bulk::board))
        .route("/pictures", post(bulk::post))
        .route("/pictures/{id}", get(picture::get).post(picture::post))
        .route("/pictures/{id}/file", get(files::own))
        .route("/pictures/{id}/thumb", get(files::thumb))
        .route("/pictures/{id}/clean", post(clean::post))
        .route("/pictures/{id}/edit", get(edit::get).post(edit::post))
        .route("/verify", get(verify::get).post(verify::post))
        .route("/appeals", post(appeals::post))
        .route("/preferences", post(preferences::post))
        .merge(people())
        .merge(administration())
        .route("/static/{*name}", get(assets::file))
        .fallback(async || Error::NoPage)
        .layer(from_fn_with_state(Arc::clone(studio), troubles::shown))
}

fn people() -> Router<Arc<Studio>> {
    Router::new()
        .route("/sign-in", get(session::gate).post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/welcome/{token}", get(session::door).post(session::welcome))
        .route("/account", get(account::get))
        .route("/account/display", post(account::display))
        .route("/account/password", post(account::password))
        .route("/account/keys", post(account::make_key))
        .route("/account/keys/{id}/revoke", post(account::revoke_key))
        .route("/account/sessions/{id}/end", post(account::end_session))
}

fn administration() -> Router<Arc<Studio>> {
    use admin::{ledger, people, queue, rules, storage};
    Router::new()
        .route("/admin", get(people::get))
        .route("/admin/invitations", post(people::invite))
        .route("/admin/invitations/{id}/withdraw", post(people::withdraw))
        .route("/admin/people/{id}/role", post(people::role))
        .route("/admin/people/{id}/quotas", post(people::quotas))
        .route("/admin/people/{id}/standing", post(people::standing))
        .route("/admin/queue", get(queue::get))
        .route("/admin/reviews/{id}", post(queue::decide))
        .route("/admin/rules", get(rules::get))
        .route("/admin/rules/reload", post(rules::reload))
        .route("/admin/appeals/{entry}", post(appeals::answer))
        .route("/admin/ledger", get(ledger::get))
        .route("/admin/ledger/verify", post(ledger::verify))
        .route("/admin/ledger/checkpoint", get(ledger::checkpoint))
        .route("/admin/ledger/{entry}/proof", get(ledger::proof))
        .route("/admin/storage", get(storage::get))
        .route("/admin/storage/sweep", post(storage::sweep))
        .route("/admin/storage/backup", post(storage::back_up))
}

//! Models, styles, and who asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use danqing_scene::{Language as SceneLanguage, Style};
use serde::Serialize;
use utoipa::ToSchema;

use super::views::{Failed, Me, me as me_view};
use crate::caller::Caller;
use crate::error::Error;
use crate::lexicon::Knowledge;
use crate::studio::Studio;

/// What paints.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelView {
    /// Such as `xiaoyang`.
    name: String,
    version: String,
    /// SHA-256 of the weights.
    sha256: String,
    /// What its files say about it.
    about: BTreeMap<String, String>,
}

/// A way to draw.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StyleView {
    /// For `style` of an order.
    name: String,
    zh: String,
    en: String,
    /// Whether the model was shown it; one that it was not is left out, and the picture's notes say so.
    drawn: bool,
}

/// A person's key for webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookKey {
    /// For a library of Standard Webhooks: `whsec_` and base64.
    key: String,
}

/// The models that paint.
#[utoipa::path(get, path = "/models", tag = "about", summary = "模型 · Models",
    responses((status = 200, description = "One", body = Vec<ModelView>), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn models(State(studio): State<Arc<Studio>>, _caller: Caller) -> Json<Vec<ModelView>> {
    let info = studio.workshop.painter.pipeline().info();
    let about = info.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Json(vec![ModelView {
        name: info.name.clone(),
        version: info.version.clone(),
        sha256: info.sha256.clone(),
        about,
    }])
}

/// The styles that an order may name.
#[utoipa::path(get, path = "/styles", tag = "about", summary = "风格 · Styles",
    responses((status = 200, description = "All", body = Vec<StyleView>)))]
pub(super) async fn styles() -> Json<Vec<StyleView>> {
    let view = |style: Style| StyleView {
        name: style.name().to_owned(),
        zh: style.word(SceneLanguage::Chinese).to_owned(),
        en: style.word(SceneLanguage::English).to_owned(),
        drawn: Knowledge::draws(style),
    };
    Json(Style::all().map(view).collect())
}

/// Who asks, what they use, and how much they may.
#[utoipa::path(get, path = "/me", tag = "about", summary = "我 · Who asks",
    responses((status = 200, description = "The caller", body = Me), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn me(State(studio): State<Arc<Studio>>, caller: Caller) -> Result<Json<Me>, Error> {
    Ok(Json(me_view(&studio, &caller.person).await?))
}

/// The key that the caller's webhooks are signed with.
#[utoipa::path(get, path = "/me/webhook-key", tag = "about", summary = "通知密钥 · Key of webhooks",
    responses((status = 200, description = "The key", body = WebhookKey), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn webhook_key(State(studio): State<Arc<Studio>>, caller: Caller) -> Json<WebhookKey> {
    Json(WebhookKey { key: studio.seal.webhook_key(&caller.person.id) })
}

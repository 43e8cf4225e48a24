//! ERNIE-ViLG: a task is made, and asked for until its pictures are there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use danqing_store::{Job, JobFilter, Person, State as JobState};
use serde_json::{Value, json};

use super::token::person;
use super::{Fields, failed};
use crate::api::body::missing;
use crate::api::native::file_url;
use crate::api::waiting::{failure, is_over};
use crate::calendar;
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::order::{Order, Wish};
use crate::start::{Beginning, Source, sized};
use crate::studio::Studio;
use crate::walk::{Asked, Commission, PAINT, submit_one};

/// The styles of ERNIE-ViLG, and the nearest of danqing's. The last one adds nothing.
const STYLES: [(&str, Option<&str>); 17] = [
    ("古风", Some("水墨")),
    ("油画", Some("油画")),
    ("水彩", Some("水彩")),
    ("卡通", Some("卡通")),
    ("二次元", Some("动漫")),
    ("浮世绘", Some("扁平")),
    ("蒸汽波艺术", Some("霓虹")),
    ("low poly", Some("3d")),
    ("像素风格", Some("像素")),
    ("概念艺术", Some("手绘")),
    ("未来主义", Some("渐变")),
    ("赛博朋克", Some("霓虹")),
    ("写实风格", Some("写实")),
    ("洛丽塔风格", Some("动漫")),
    ("巴洛克风格", Some("油画")),
    ("超现实主义", Some("油画")),
    ("探索无限", None),
];

/// The sizes of ERNIE-ViLG.
const RESOLUTIONS: [&str; 3] = ["1024*1024", "1024*1536", "1536*1024"];
/// Pictures of a task at most, and where nothing is said.
const MOST_PICTURES: u32 = 6;

/// `POST .../txt2img`.
pub(super) async fn create(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    fields: Fields,
) -> Result<Json<Value>, Error> {
    let person = person(&studio, caller, &fields).await?;
    let job = submit_one(&studio, &person, started(&studio, &person, fields).await?).await?;
    Ok(Json(
        json!({ "code": 0, "msg": "success", "data": { "taskId": job.seq, "requestId": job.id.as_str() } }),
    ))
}

/// The order; one that starts from the reference picture where there is one.
async fn started(studio: &Arc<Studio>, person: &Person, mut fields: Fields) -> Result<Asked, Error> {
    let mut asked = asked(studio, &fields)?;
    if let Some((_, _, file)) = fields.files.pop() {
        let size = asked.order.size;
        let file = tokio::task::spawn_blocking(move || sized(file, size.width_px, size.height_px));
        let file = file.await.map_err(|_| Error::Broken)??;
        let beginning = Beginning::new(Source::handed_in(studio, person, &file).await?);
        asked.order = asked.order.starting_from(beginning.incoming(studio, &person.id).await?);
        asked.beginning = Some(beginning);
    }
    Ok(asked)
}

fn asked(studio: &Studio, fields: &Fields) -> Result<Asked, Error> {
    let text = fields.text("text").ok_or_else(|| missing("text"))?;
    let name = fields.text("style").unwrap_or_else(|| "油画".to_owned());
    let style = STYLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
    // An empty one is what the client sends where none was chosen.
    let style = match style {
        Some((_, own)) => *own,
        None if name.trim().is_empty() => None,
        None => return Err(Error::UnknownStyle { name: name.chars().take(40).collect() }),
    };
    let resolution = fields.text("resolution").unwrap_or_else(|| RESOLUTIONS[0].to_owned());
    if !RESOLUTIONS.contains(&resolution.as_str()) {
        return Err(Error::Size { text: resolution.chars().take(40).collect() });
    }
    let count = fields.number("num")?.unwrap_or(f64::from(MOST_PICTURES));
    if !(1.0..=f64::from(MOST_PICTURES)).contains(&count) {
        return Err(Error::Request { reason: format!("num = {count}, not 1 to {MOST_PICTURES}") });
    }
    let wish = Wish {
        count: Some(count as u32),
        size: Some(resolution),
        style: style.map(str::to_owned),
        ..Wish::default()
    };
    Ok(Asked::new(Order::new(&text, &wish.or(studio.config.paint.wish()))?))
}

/// `POST .../getImg`. A task that failed ends too: the client asks until it does.
pub(super) async fn retrieve(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Json<Value>, Error> {
    let person = person(&studio, caller, &fields).await?;
    let number = fields.number("taskId")?.ok_or_else(|| missing("taskId"))?;
    let job = task(&studio, &person, number as i64).await?;
    let pictures = studio.store.pictures().of_job(&job.id).await?;
    let images =
        pictures.iter().map(|picture| json!({ "image": file_url(&studio, &picture.id), "score": null }));
    let images: Vec<Value> = images.filter(|_| is_over(&job)).collect();
    let order = Commission::read(&job)?.order;
    let data = json!({
        "taskId": job.seq,
        "text": order.prompt,
        "style": order.style,
        "status": u8::from(is_over(&job)),
        "waiting": waiting(&studio, &job).await?,
        "createTime": calendar::in_china(job.created_ms),
        "img": images.first().map(|image| image["image"].clone()),
        "imgUrls": images,
    });
    Ok(Json(match job.state {
        JobState::Failed => failed(4004, &failure(&job), language(&headers), data),
        JobState::Cancelled => failed(4004, &Error::Cancelled, language(&headers), data),
        _ => json!({ "code": 0, "msg": "success", "data": data }),
    }))
}

/// A person's job by its number.
async fn task(studio: &Studio, person: &Person, number: i64) -> Result<Job, Error> {
    let filter = JobFilter { before: Some(number.saturating_add(1)), limit: 1, ..JobFilter::default() };
    let found = studio.store.jobs().list(&person.id, &filter).await?.pop();
    found.filter(|job| job.seq == number && job.kind == PAINT).ok_or(Error::NoPage)
}

/// How long until the pictures are there, in words; `0s` when they are.
async fn waiting(studio: &Studio, job: &Job) -> Result<String, Error> {
    if is_over(job) {
        return Ok("0s".to_owned());
    }
    let place = studio.store.jobs().place(&job.id).await?;
    let left_ms = place.and_then(|place| Some(place.wait_ms? + place.work_ms?));
    Ok(match left_ms {
        None => "1分钟".to_owned(),
        Some(ms) if ms < 60_000 => format!("{}秒", ms / 1000 + 1),
        Some(ms) => format!("{}分钟", (ms + 59_999) / 60_000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_the_contract_is_one_of_ours() {
        for (name, own) in STYLES {
            assert!(own.is_none_or(|own| danqing_scene::Style::parse(own).is_some()), "{name}");
        }
    }
}

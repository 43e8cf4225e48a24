//! The tools: generate, edit, understand, search, verify.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::{Filter, Person, Picture};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::native::{PictureView, by_meaning, report};
use crate::api::waiting::Waiting;
use crate::error::Error;
use crate::order::{Order, Wish};
use crate::plan::Plan;
use crate::report as words;
use crate::start::{Beginning, Source};
use crate::studio::Studio;
use crate::walk::Asked;
use crate::web::visible;

/// Pictures of one call at most: they are handed over whole.
const MOST_PICTURES: u32 = 4;
/// Pictures that a search finds at most.
const MOST_FOUND: u32 = 50;

/// All tools, as they are told to clients.
pub(super) fn all() -> Vec<Value> {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let number = |description: &str| json!({ "type": "integer", "description": description });
    vec![
        tool(
            "generate",
            "画图：按提示词画 1 到 4 张，返回带标识的图片。 Paints 1 to 4 pictures of a prompt and returns the labelled files.",
            json!({
                "prompt": text("What to paint, in Chinese or English: subjects, counts, places, colours, background"),
                "negative": text("What must not be there"),
                "count": number("Pictures, 1 to 4; 1 where it is left out"),
                "size": text("Such as 512 or 1024x768; sides of 64 to 4096 pixels"),
                "style": text("Such as 扁平, 卡通, flat, cartoon, 3d"),
                "background": text("transparent, a colour, or two with - between"),
                "seed": number("The same seed gives the same picture"),
                "steps": number("1 to 200"),
            }),
            &["prompt"],
            Effect::Makes,
        ),
        tool(
            "edit",
            "改图：从一张图开始重画，strength 越大改得越多。 Paints a picture over; the larger the strength, the more changes.",
            json!({
                "prompt": text("What it shall show"),
                "picture": text("Id of a picture of one's own"),
                "data": text("A picture in base64, instead of the id"),
                "mask": text("A picture in base64: what is white in it may change, and nothing else"),
                "strength": json!({ "type": "number", "description": "0.01 to 1; 0.75 where it is left out" }),
                "seed": number("The same seed gives the same picture"),
            }),
            &["prompt"],
            Effect::Makes,
        ),
        tool(
            "understand",
            "读提示词：不画，只说读懂了什么、哪些词不认识。 Reads a prompt without painting: what is understood, which words are unknown.",
            json!({ "prompt": text("The prompt") }),
            &["prompt"],
            Effect::Looks,
        ),
        tool(
            "search",
            "找图：在自己的图里按文字或按意思找。 Finds pictures among one's own, by words or by meaning.",
            json!({
                "text": text("Words of the prompt, in Chinese or English"),
                "meaning": text("What the picture is about; the nearest come first"),
                "limit": number("How many at most, 1 to 50; 10 where it is left out"),
            }),
            &[],
            Effect::Looks,
        ),
        tool(
            "verify",
            "核验：一个文件的人工智能生成标识、签名和水印。 Says what the labels, signatures and watermark of a file tell about its origin.",
            json!({
                "picture": text("Id of a picture of one's own"),
                "data": text("A file in base64, instead of the id"),
                "name": text("Name of that file"),
            }),
            &[],
            Effect::Looks,
        ),
    ]
}

/// What a call changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    Looks,
    /// New pictures; nothing that was there.
    Makes,
}

fn tool(name: &str, description: &str, properties: Value, required: &[&str], effect: Effect) -> Value {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    json!({
        "name": name,
        "description": description,
        "inputSchema": schema,
        "annotations": { "readOnlyHint": effect == Effect::Looks, "destructiveHint": false },
    })
}

/// What a tool answers; none where there is no such tool.
pub(super) async fn call(
    studio: &Arc<Studio>,
    person: &Person,
    name: &str,
    arguments: Value,
) -> Result<Option<Value>, Error> {
    Ok(Some(match name {
        "generate" => generate(studio, person, read(arguments)?).await?,
        "edit" => edit(studio, person, read(arguments)?).await?,
        "understand" => understand(studio, read(arguments)?).await?,
        "search" => search(studio, person, read(arguments)?).await?,
        "verify" => verify(studio, person, read(arguments)?).await?,
        _ => return Ok(None),
    }))
}

fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Error> {
    // A tool without arguments may be called without any.
    let arguments = if arguments.is_null() { json!({}) } else { arguments };
    serde_json::from_value(arguments).map_err(|error| Error::Request { reason: error.to_string() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    prompt: String,
    negative: Option<String>,
    count: Option<u32>,
    size: Option<String>,
    style: Option<String>,
    background: Option<String>,
    seed: Option<i64>,
    steps: Option<u32>,
}

async fn generate(studio: &Arc<Studio>, person: &Person, wanted: Wanted) -> Result<Value, Error> {
    let count = wanted.count.unwrap_or(1);
    if count > MOST_PICTURES {
        return Err(Error::Request { reason: format!("count = {count}, not 1 to {MOST_PICTURES}") });
    }
    let wish = Wish {
        negative: wanted.negative,
        seed: wanted.seed,
        steps: wanted.steps,
        size: wanted.size,
        count: Some(count),
        style: wanted.style,
        background: wanted.background,
        ..Wish::default()
    };
    let order = Order::new(&wanted.prompt, &wish.or(studio.config.paint.wish()))?;
    painted(studio, person, Asked::new(order)).await
}

/// Waits for the pictures of an order and hands them over.
async fn painted(studio: &Arc<Studio>, person: &Person, asked: Asked) -> Result<Value, Error> {
    let pictures = Waiting::begin(studio, person, asked).await?.pictures().await?;
    let mut content = Vec::new();
    for picture in &pictures {
        let bytes = studio.store.pictures().bytes(picture).await?;
        content
            .push(json!({ "type": "image", "data": STANDARD.encode(bytes), "mimeType": picture.media_type }));
    }
    Ok(with_text(content, &json!({ "pictures": views(studio, &pictures) })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    prompt: String,
    picture: Option<String>,
    data: Option<String>,
    mask: Option<String>,
    strength: Option<f32>,
    seed: Option<i64>,
}

async fn edit(studio: &Arc<Studio>, person: &Person, changed: Changed) -> Result<Value, Error> {
    let source = match (changed.picture, changed.data) {
        (Some(id), None) => Source::Picture(id),
        (None, Some(data)) => Source::handed_in(studio, person, &decoded(&data)?).await?,
        _ => return Err(Error::Request { reason: "either `picture` or `data`".to_owned() }),
    };
    let mut beginning = Beginning::new(source);
    if let Some(mask) = changed.mask {
        beginning.mask = Some(Source::handed_in(studio, person, &decoded(&mask)?).await?);
    }
    beginning.strength = changed.strength;
    let wish = Wish { seed: changed.seed, ..Wish::default() };
    let order = Order::new(&changed.prompt, &wish.or(studio.config.paint.wish()))?;
    let mut asked = Asked::new(order.starting_from(beginning.incoming(studio, &person.id).await?));
    if let Source::Picture(id) = &beginning.picture {
        asked.parent = Some(id.parse()?);
    }
    asked.beginning = Some(beginning);
    painted(studio, person, asked).await
}

fn decoded(data: &str) -> Result<Vec<u8>, Error> {
    STANDARD.decode(data).map_err(|error| Error::Request { reason: error.to_string() })
}

/// What was found, as text for models and as data for programs.
fn with_text(mut content: Vec<Value>, value: &Value) -> Value {
    content.push(json!({ "type": "text", "text": value.to_string() }));
    json!({ "content": content, "structuredContent": value, "isError": false })
}

fn views(studio: &Studio, pictures: &[Picture]) -> Vec<Value> {
    pictures.iter().map(|picture| json!(PictureView::of(studio, picture))).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    prompt: String,
}

async fn understand(studio: &Arc<Studio>, asked: Words) -> Result<Value, Error> {
    let order = Order::new(&asked.prompt, &studio.config.paint.wish())?;
    let workshop = Arc::clone(&studio.workshop);
    let look = move || {
        let plan = Plan::new(order.single(0), &workshop.knowledge);
        let subjects = plan.scene.subjects.iter().map(|subject| {
            json!({ "text": subject.description, "copies": subject.copies(), "known": subject.concept.is_some() })
        });
        let notes: Vec<Value> = workshop.notes(&plan).iter().map(words::note).collect();
        json!({ "subjects": subjects.collect::<Vec<_>>(), "paintings": plan.paintings.len(), "notes": notes })
    };
    let value = tokio::task::spawn_blocking(look).await.map_err(|_| Error::Broken)?;
    Ok(with_text(Vec::new(), &value))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sought {
    text: Option<String>,
    meaning: Option<String>,
    limit: Option<u32>,
}

async fn search(studio: &Arc<Studio>, person: &Person, sought: Sought) -> Result<Value, Error> {
    let filter = Filter {
        person: Some(person.id.clone()),
        text: sought.text,
        limit: sought.limit.unwrap_or(10).clamp(1, MOST_FOUND),
        ..Filter::default()
    };
    let pictures = match sought.meaning {
        Some(meaning) => {
            let found = by_meaning(studio, &meaning, &filter).await?;
            found.into_iter().map(|(picture, _)| picture).collect()
        }
        None => studio.store.pictures().list(&filter).await?.pictures,
    };
    Ok(with_text(Vec::new(), &json!({ "pictures": views(studio, &pictures) })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doubted {
    picture: Option<String>,
    data: Option<String>,
    name: Option<String>,
}

async fn verify(studio: &Arc<Studio>, person: &Person, doubted: Doubted) -> Result<Value, Error> {
    let (bytes, name) = match (doubted.picture, doubted.data) {
        (Some(id), None) => {
            let picture = visible(studio, person, &id).await?;
            (studio.store.pictures().bytes(&picture).await?, id)
        }
        (None, Some(data)) => {
            let bytes =
                STANDARD.decode(data).map_err(|error| Error::Request { reason: error.to_string() })?;
            (bytes, doubted.name.unwrap_or_else(|| "file".to_owned()))
        }
        _ => return Err(Error::Request { reason: "either `picture` or `data`".to_owned() }),
    };
    Ok(with_text(Vec::new(), &report(studio, bytes, name).await?))
}

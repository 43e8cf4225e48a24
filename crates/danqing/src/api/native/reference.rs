//! `GET /api/v1/docs`: the description of the interface, for people. One page, one style sheet, no script.

use std::fmt::Write as _;

use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use super::openapi::described;
use crate::caller::language;
use crate::language::Language;

const STYLE: &str = include_str!("reference.css");

/// What can be done with an address, in the order of the page.
const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The page.
pub(super) async fn page(headers: HeaderMap) -> Html<String> {
    let language = language(&headers);
    // The description is made of our own types, which always can be written.
    Html(written(&serde_json::to_value(described()).unwrap_or_default(), language))
}

/// Its style sheet.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

fn written(described: &Value, language: Language) -> String {
    let tag = language.pick("zh-Hans", "en");
    let title = language.pick("接口说明", "Interface");
    let intro = language.pick(
        "请求和回答都是 JSON。程序在 <code>Authorization: Bearer</code> 里带上密钥；只在本机使用、还没有主人时不用。出错时回答 <code>{\"error\":{\"code\",\"message\",\"hint\"}}</code>，语言随 <code>Accept-Language</code>。机器可读的说明在 <a href=\"/api/v1/openapi.json\">openapi.json</a>。",
        "Requests and answers are JSON. Programs send their key in <code>Authorization: Bearer</code>; on this machine alone, while nobody owns the studio, none is needed. Errors answer <code>{\"error\":{\"code\",\"message\",\"hint\"}}</code> in the language of <code>Accept-Language</code>. Machines read <a href=\"/api/v1/openapi.json\">openapi.json</a>.",
    );
    let mut page = format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>丹青 danqing · {title}</title>\
         <link rel=\"stylesheet\" href=\"/api/v1/docs.css\"></head><body><header><h1>丹青 <small>{title}</small></h1>\
         <p>{intro}</p></header><main>"
    );
    for tag in described["tags"].as_array().into_iter().flatten() {
        section(&mut page, described, tag, language);
    }
    let _ = write!(page, "<section><h2>{}</h2>", language.pick("数据", "Data"));
    for (name, schema) in described["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(page, "<article id=\"{0}\"><h3>{0}</h3>", escaped(name));
        paragraph(&mut page, &schema["description"]);
        properties(&mut page, schema);
        page.push_str("</article>");
    }
    page.push_str("</section></main></body></html>");
    page
}

fn section(page: &mut String, described: &Value, tag: &Value, language: Language) {
    let name = tag["name"].as_str().unwrap_or_default();
    let _ = write!(page, "<section><h2>{}</h2>", escaped(tag["description"].as_str().unwrap_or(name)));
    for (path, methods) in described["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &methods[method];
            if operation["tags"][0] == name {
                operation_article(page, path, method, operation, language);
            }
        }
    }
    page.push_str("</section>");
}

fn operation_article(page: &mut String, path: &str, method: &str, operation: &Value, language: Language) {
    let _ = write!(
        page,
        "<article><h3><span class=\"method\">{}</span> <code>/api/v1{}</code></h3><p class=\"summary\">{}</p>",
        method.to_uppercase(),
        escaped(path),
        escaped(operation["summary"].as_str().unwrap_or_default()),
    );
    paragraph(page, &operation["description"]);
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        let _ = write!(page, "<h4>{}</h4><dl>", language.pick("参数", "Parameters"));
        for parameter in parameters {
            let place = parameter["in"].as_str().unwrap_or_default();
            row(page, parameter["name"].as_str().unwrap_or_default(), place, &parameter["description"]);
        }
        page.push_str("</dl>");
    }
    if let Some(body) = operation["requestBody"]["content"].as_object().and_then(|kinds| kinds.iter().next())
    {
        let _ = write!(
            page,
            "<h4>{}</h4><p>{} {}</p>",
            language.pick("请求", "Body"),
            escaped(body.0),
            kind(&body.1["schema"])
        );
    }
    let _ = write!(page, "<h4>{}</h4><dl>", language.pick("回答", "Answers"));
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let schema = answer["content"].as_object().and_then(|kinds| kinds.values().next());
        let schema = schema.map(|content| kind(&content["schema"])).unwrap_or_default();
        let told = escaped(answer["description"].as_str().unwrap_or_default());
        let _ = write!(page, "<dt>{}</dt><dd>{told} {schema}</dd>", escaped(status));
    }
    page.push_str("</dl></article>");
}

fn properties(page: &mut String, schema: &Value) {
    let words: Vec<String> =
        schema["enum"].as_array().into_iter().flatten().map(ToString::to_string).collect();
    if !words.is_empty() {
        let _ = write!(page, "<p><code>{}</code></p>", escaped(&words.join(" ")));
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    page.push_str("<dl>");
    for (name, property) in properties {
        let _ = write!(
            page,
            "<dt><code>{}</code></dt><dd>{} {}</dd>",
            escaped(name),
            kind(property),
            escaped(property["description"].as_str().unwrap_or_default())
        );
    }
    page.push_str("</dl>");
}

fn row(page: &mut String, name: &str, place: &str, description: &Value) {
    let told = escaped(description.as_str().unwrap_or_default());
    let _ = write!(page, "<dt><code>{}</code></dt><dd><i>{}</i> {told}</dd>", escaped(name), escaped(place));
}

/// The type of a value, with links to what has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(one_of) = schema["oneOf"].as_array() {
        return one_of.iter().map(kind).collect::<Vec<_>>().join(" | ");
    }
    let text = match &schema["type"] {
        Value::String(kind) if kind == "array" => return format!("[{}]", kind_of_items(schema)),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => return String::new(),
    };
    format!("<i>{}</i>", escaped(&text))
}

fn kind_of_items(schema: &Value) -> String {
    kind(&schema["items"])
}

fn paragraph(page: &mut String, text: &Value) {
    for paragraph in text.as_str().into_iter().flat_map(|text| text.split("\n\n")) {
        let _ = write!(page, "<p>{}</p>", escaped(paragraph));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

//! The Model Context Protocol: danqing as tools for language models, over HTTP at `/mcp` and over standard input and output.

mod tools;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use danqing_store::Person;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::StreamableHttpService;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::{RoleServer, ServerHandler, ServiceExt as _};
use serde_json::json;

use super::body::{carried, most_mb, with_json};
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::language::Language;
use crate::studio::{Studio, ended};

/// `/mcp`.
pub(super) fn router(studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    // Who asks is known before the protocol begins, by key or by place; names of hosts are looked at there.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts()
        .with_max_request_body_bytes(most_mb(studio) * 1_000_000);
    let tools = Tools { studio: Arc::clone(studio), person: None };
    let service = StreamableHttpService::new(
        move || Ok(tools.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new()
        .nest_service("/mcp", service)
        .layer(from_fn_with_state(Arc::clone(studio), known))
        .layer(from_fn(worded))
}

/// Lets through who is known.
async fn known(
    State(_studio): State<Arc<Studio>>,
    caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(Arc::new(caller.person));
    next.run(request).await
}

async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    with_json(response, &json!({ "error": { "code": error.code(), "message": error.message(language) } }))
}

/// Serves one client over standard input and output, until it goes or the process is to end.
pub(crate) async fn over_stdio(studio: &Arc<Studio>, person: Person) -> Result<(), Error> {
    let mut going = studio.going.clone();
    let tools = Tools { studio: Arc::clone(studio), person: Some(Arc::new(person)) };
    let serving = async move {
        // A client that goes before it said anything is none.
        let Ok(service) = tools.serve(rmcp::transport::io::stdio()).await else { return };
        let _ = service.waiting().await;
    };
    tokio::select! {
        () = serving => {}
        () = ended(&mut going) => {}
    }
    Ok(())
}

/// What a client may call.
#[derive(Clone)]
struct Tools {
    studio: Arc<Studio>,
    /// Who asks over standard input; over HTTP each request says it.
    person: Option<Arc<Person>>,
}

impl Tools {
    fn person(&self, context: &RequestContext<RoleServer>) -> Result<Arc<Person>, ErrorData> {
        let of_request = || context.extensions.get::<Parts>()?.extensions.get::<Arc<Person>>().cloned();
        let person = self.person.clone().or_else(of_request);
        person.ok_or_else(|| ErrorData::invalid_request("nobody asks", None))
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("danqing", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "丹青画中文和英文提示词：主体、数量、位置、颜色、背景说得越清楚越好。图片都带人工智能生成标识。 \
                 danqing paints prompts in Chinese and English; say what, how many, where, which colours and background. \
                 Every picture carries labels that say it was generated.",
            )
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let person = self.person(&context)?;
        let arguments = request.arguments.unwrap_or_default();
        let called = tools::call(&self.studio, &person, &request.name, arguments);
        let result = tokio::select! {
            result = called => result,
            // The order is called off with the call.
            () = context.ct.cancelled() => Err(Error::Cancelled),
        };
        let result = match result {
            Ok(Some(result)) => result,
            Ok(None) => return Err(ErrorData::invalid_params(format!("no tool `{}`", request.name), None)),
            // The model that called reads both, and can do something about it.
            Err(error) => CallToolResult::error(vec![ContentBlock::text(told(&error))]),
        };
        Ok(result.into())
    }
}

fn told(error: &Error) -> String {
    let [chinese, english] = [Language::Chinese, Language::English].map(|language| {
        let hint = error.hint(language).map(|hint| format!(" {hint}"));
        format!("{}{}", error.message(language), hint.unwrap_or_default())
    });
    format!("{}: {chinese}\n{english}", error.code())
}

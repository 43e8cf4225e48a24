//! One delivery: a request over a connection to an address that was looked at, nothing followed, little waited for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::address::{Networks, Scheme, Target};

/// How long the other end has for all of it.
const PATIENCE: Duration = Duration::from_secs(15);

/// A signed message. Fields: Standard Webhooks 1.0.
pub(super) struct Delivery<'a> {
    /// Stays the same at every attempt.
    pub(super) id: &'a str,
    /// Seconds since 1970.
    pub(super) at_s: i64,
    pub(super) signature: String,
    pub(super) body: String,
}

impl Delivery<'_> {
    /// Sends it; gives the status of the answer, which is between 200 and 299.
    pub(super) async fn send(&self, target: &Target, networks: &Networks) -> Result<u16, String> {
        let sent = timeout(PATIENCE, self.send_now(target, networks));
        sent.await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    async fn send_now(&self, target: &Target, networks: &Networks) -> Result<u16, String> {
        let stream = connected(&target.resolved(networks).await?).await?;
        match target.scheme {
            Scheme::Http => self.send_over(stream, target).await,
            Scheme::Https => {
                let name = ServerName::try_from(target.host.clone()).map_err(|error| error.to_string())?;
                let stream = connector()?.connect(name, stream).await.map_err(|error| error.to_string())?;
                self.send_over(stream, target).await
            }
        }
    }

    async fn send_over(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        target: &Target,
    ) -> Result<u16, String> {
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        // Ends with the sender, at the end of this function at the latest; what it meets is told there.
        tokio::spawn(connection);
        let request = Request::post(&target.path)
            .header(header::HOST, &target.authority)
            .header(header::USER_AGENT, concat!("danqing/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", self.id)
            .header("webhook-timestamp", self.at_s)
            .header("webhook-signature", &self.signature)
            .body(Full::new(Bytes::from(self.body.clone())))
            .map_err(|error| error.to_string())?;
        let status = sender.send_request(request).await.map_err(|error| error.to_string())?.status();
        if status.is_success() { Ok(status.as_u16()) } else { Err(format!("answered {}", status.as_u16())) }
    }
}

async fn connected(addresses: &[SocketAddr]) -> Result<TcpStream, String> {
    TcpStream::connect(addresses).await.map_err(|error| error.to_string())
}

/// Believes what the system believes.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

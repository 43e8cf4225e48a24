//! Connections, plain or encrypted.

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};
use tokio_rustls::server::TlsStream;

use crate::config::ServerSettings;
use crate::error::Error;

/// How long a new connection may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections that have agreed on keys and wait to be served.
const BACKLOG: usize = 64;

/// Serves `router` on `listener` until `end`.
pub(super) async fn serve(
    server: &ServerSettings,
    listener: TcpListener,
    router: Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let listen = listener.local_addr().map_err(|source| failed(server, source))?;
    let served = match (&server.certificate.value, &server.key.value) {
        (Some(certificate), Some(key)) => {
            let listener = Encrypted::new(listener, acceptor(certificate, key)?, listen);
            let service = router.into_make_service_with_connect_info::<Peer>();
            axum::serve(listener, service).with_graceful_shutdown(end).await
        }
        (None, None) => {
            let service = router.into_make_service_with_connect_info::<Peer>();
            axum::serve(listener, service).with_graceful_shutdown(end).await
        }
        _ => return Err(Error::Certificate { reason: "`certificate` and `key` go together".to_owned() }),
    };
    served.map_err(|source| Error::Listen { listen, source })
}

fn failed(server: &ServerSettings, source: io::Error) -> Error {
    let listen = server.listen.value.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    Error::Listen { listen, source }
}

/// Certificates and key, ready to agree on keys with (TLS 1.2 and 1.3).
fn acceptor(certificate: &str, key: &str) -> Result<TlsAcceptor, Error> {
    let wrong = |reason: String| Error::Certificate { reason };
    let read = |file: &str| fs::read(file).map_err(|source| Error::Unreadable { file: file.into(), source });
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(format!("{certificate}: {error}")))?;
    let key = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| wrong(format!("{key}: {error}")))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| wrong(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Accepts connections and agrees on keys with each by itself, so that a slow one holds nobody up.
struct Encrypted {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    listen: SocketAddr,
}

impl Encrypted {
    fn new(mut listener: TcpListener, acceptor: TlsAcceptor, listen: SocketAddr) -> Self {
        let (sender, ready) = mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            while !sender.is_closed() {
                let (stream, address) = Listener::accept(&mut listener).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        // The server that would take it is gone; so is the connection.
                        let _ = sender.send((stream, address)).await;
                    }
                });
            }
        });
        Self { ready, listen }
    }
}

impl Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The accepting task never ends before its receiver.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.listen)
    }
}

impl Connected<IncomingStream<'_, Encrypted>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Encrypted>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

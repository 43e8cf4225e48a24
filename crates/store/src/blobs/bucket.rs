//! Blobs in a bucket of an S3-compatible service.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutPayload, RetryConfig};

use super::{Found, is_key, path_of};
use crate::Error;

/// How long a request is tried again.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bucket and the right to use it.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The address of the service, such as `https://s3.example.cn`; none for that of the region at Amazon. An address
    /// with `http://` sends everything in the open.
    pub endpoint: Option<String>,
    /// The region that requests are signed for; services other than Amazon's mostly take `us-east-1`.
    pub region: String,
    /// The public half of the credential.
    pub access_key: String,
    /// The secret half of the credential.
    pub secret_key: String,
    /// What names of blobs begin with, without a slash at the end; may be empty.
    pub prefix: String,
}

/// Does not show the secret, so that no log does.
impl std::fmt::Debug for Bucket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let endpoint = self.endpoint.as_deref().unwrap_or(&self.region);
        write!(formatter, "Bucket({} at {endpoint})", self.name)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Opened {
    service: Arc<AmazonS3>,
    prefix: String,
}

impl Bucket {
    /// Nothing is asked of the service yet.
    pub(super) fn open(self) -> Result<Opened, Error> {
        // The same TLS as for the database. Where somebody has chosen one for the process before, it stays.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let insecure = self.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let builder = AmazonS3Builder::new()
            .with_bucket_name(self.name)
            .with_region(self.region)
            .with_access_key_id(self.access_key)
            .with_secret_access_key(self.secret_key)
            .with_allow_http(insecure)
            .with_retry(RetryConfig { max_retries: 4, retry_timeout: PATIENCE, ..RetryConfig::default() });
        let builder = match self.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        };
        Ok(Opened { service: Arc::new(builder.build()?), prefix: self.prefix })
    }
}

impl Opened {
    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}/{}", self.prefix, path_of(key)))
    }

    /// A bucket shows an object only when it is whole. One of another length was damaged later.
    pub(super) async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path(key);
        match self.service.head(&path).await {
            Ok(found) if found.size == bytes.len() as u64 => return Ok(()),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.service.put(&path, PutPayload::from(bytes.to_vec())).await?;
        Ok(())
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.service.get(&self.path(key)).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self.service.head(&self.path(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.service.delete(&self.path(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn list(&self) -> Result<Vec<Found>, Error> {
        let prefix = Path::from(self.prefix.as_str());
        let prefix = (!self.prefix.is_empty()).then_some(&prefix);
        let mut found = Vec::new();
        let mut objects = self.service.list(prefix);
        while let Some(object) = objects.try_next().await? {
            let modified_ms = object.last_modified.timestamp_millis();
            let key = object.location.filename().filter(|name| is_key(name)).map(str::to_owned);
            found.extend(key.map(|key| Found { key, modified_ms }));
        }
        Ok(found)
    }
}

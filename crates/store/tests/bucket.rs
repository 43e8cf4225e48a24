//! Pictures in a bucket, against a real S3-compatible server that the test starts.

#[path = "store/s3.rs"]
mod s3;

use std::path::Path;

use danqing_store::{BlobPlace, Bucket, Clock, Error, LedgerKey, NewPicture, Quotas, Settings, Store};

async fn store(folder: &Path, name: &str, address: &str) -> Store {
    let bucket = Bucket {
        name: s3::BUCKET.to_owned(),
        endpoint: Some(address.to_owned()),
        region: "us-east-1".to_owned(),
        access_key: "someone".to_owned(),
        secret_key: "a secret".to_owned(),
        prefix: name.to_owned(),
    };
    assert!(!format!("{bucket:?}").contains("secret"), "nor does a log show it");
    Store::open(Settings {
        database: format!("sqlite:{}", folder.join(name).display()),
        blobs: BlobPlace::Bucket(bucket),
        ledger: LedgerKey::from_seed("studio.example.cn/ledger", &[7; 32]).expect("a seed"),
        clock: Clock::system(),
        quotas: Quotas::default(),
    })
    .await
    .expect("a store")
}

#[tokio::test]
async fn pictures_live_in_a_bucket_until_they_are_purged() {
    let mut service = s3::Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let one = store(folder.path(), "one", &service.address).await;
    let person = one.accounts().local_person().await.expect("a person");
    let pictures = one.pictures();
    let new = |bytes: &[u8]| {
        NewPicture::new(bytes.to_vec(), "image/png", 8, 8).file("preview", "image/webp", vec![1; 9])
    };
    let kept = pictures.import(&person.id, new(b"lanterns")).await.expect("kept");
    let same = pictures.import(&person.id, new(b"lanterns")).await.expect("kept");
    assert_eq!(pictures.bytes(&kept).await.expect("bytes"), b"lanterns");
    pictures.upload(&person.id, b"orphan", "image/png", 0).await.expect("taken");
    // The server tells times in seconds.
    assert_eq!(pictures.sweep(-1000).await.expect("swept").blobs, 1);

    let file = folder.path().join("backup.tar");
    let written = one.back_up(&file).await.expect("written");
    assert_eq!(written.blobs, 2, "equal bytes are one blob");
    let other = store(folder.path(), "other", &service.address).await;
    assert_eq!(other.restore(&file).await.expect("restored"), written);
    assert_eq!(other.pictures().bytes(&kept).await.expect("bytes"), b"lanterns");

    pictures.delete(&person.id, std::slice::from_ref(&kept.id), 0).await.expect("deleted");
    assert_eq!(pictures.purge().await.expect("purged"), 1);
    assert_eq!(pictures.bytes(&same).await.expect("another picture has it"), b"lanterns");
    pictures.delete(&person.id, std::slice::from_ref(&same.id), 0).await.expect("deleted");
    pictures.purge().await.expect("purged");
    assert!(matches!(pictures.bytes(&same).await, Err(Error::BlobMissing(_))));

    let before = one.ledger().size().await.expect("a size");
    service.kill();
    let late = pictures.import(&person.id, new(b"late")).await.expect_err("nowhere to keep it");
    assert!(matches!(late, Error::Bucket(_)) && late.is_outage(), "{late:?}");
    assert!(one.ping().await.is_err(), "a health check sees it");
    assert_eq!(one.ledger().size().await.expect("a size"), before, "no row without its blob");
    service.restart();
    one.ping().await.expect("it is back");
    pictures.import(&person.id, new(b"late")).await.expect("kept");
}

//! Pictures in a bucket, against a real S3-compatible server that the test starts.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use danqing_store::{BlobPlace, Bucket, Clock, Error, LedgerKey, NewPicture, Quotas, Settings, Store};

/// Serves until standard input ends.
const SERVER: &str = r#"
import sys, boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="someone",
             aws_secret_access_key="a secret").create_bucket(Bucket="pictures")
print(address, flush=True)
sys.stdin.read()
server.stop()
"#;

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/s3.sh");
        let python = Command::new("bash").arg(script).output().expect("a shell");
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let python = String::from_utf8(python.stdout).expect("a path");
        let mut child = Command::new(python.trim())
            .args(["-c", SERVER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("an address");
        Self { child, address: address.trim().to_owned() }
    }

    /// Ends the server, as when the service is gone.
    fn stop(mut self) {
        self.child.kill().expect("running");
        self.child.wait().expect("an end");
    }
}

async fn store(folder: &Path, name: &str, address: &str) -> Store {
    let bucket = Bucket {
        name: "pictures".to_owned(),
        endpoint: Some(address.to_owned()),
        region: "us-east-1".to_owned(),
        access_key: "someone".to_owned(),
        secret_key: "a secret".to_owned(),
        prefix: name.to_owned(),
    };
    assert!(!format!("{bucket:?}").contains("secret"));
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
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let one = store(folder.path(), "one", &server.address).await;
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
    let other = store(folder.path(), "other", &server.address).await;
    assert_eq!(other.restore(&file).await.expect("restored"), written);
    assert_eq!(other.pictures().bytes(&kept).await.expect("bytes"), b"lanterns");

    pictures.delete(&person.id, &[kept.id.clone()], 0).await.expect("deleted");
    assert_eq!(pictures.purge().await.expect("purged"), 1);
    assert_eq!(pictures.bytes(&same).await.expect("another picture has it"), b"lanterns");
    pictures.delete(&person.id, &[same.id.clone()], 0).await.expect("deleted");
    pictures.purge().await.expect("purged");
    assert!(matches!(pictures.bytes(&same).await, Err(Error::BlobMissing(_))));

    let before = one.ledger().size().await.expect("a size");
    server.stop();
    assert!(matches!(pictures.import(&person.id, new(b"late")).await, Err(Error::Bucket(_))));
    assert_eq!(one.ledger().size().await.expect("a size"), before, "no row without its blob");
}

//! An S3-compatible service for tests, which keeps what it has when it is killed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The bucket that is there.
pub(crate) const BUCKET: &str = "pictures";

/// Serves until standard input ends. `moto` keeps everything in memory, and a journal of what was asked beside it:
/// played again, it makes the same bucket. The line that a kill cut off was never answered.
const PROGRAM: &str = r#"
import os, sys
bucket, journal, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ.update(MOTO_ENABLE_RECORDING="yes", MOTO_RECORDER_FILEPATH=journal)
import boto3
from moto.moto_api import recorder
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
if os.path.exists(journal):
    with open(journal, "rb+") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
    recorder.replay_recording(address)
else:
    boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="someone",
                 aws_secret_access_key="a secret").create_bucket(Bucket=bucket)
print(address, flush=True)
sys.stdin.read()
server.stop()
"#;

/// A service with one bucket.
pub(crate) struct Service {
    child: Child,
    folder: TempDir,
    /// Its address, the same after a restart.
    pub(crate) address: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (child, address) = run(folder.path(), "0");
        Self { child, folder, address }
    }

    /// Kills the service, as a power cut would.
    pub(crate) fn kill(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        self.child.wait().expect("an end");
    }

    /// Starts it again, with what it had.
    pub(crate) fn restart(&mut self) {
        let port = self.address.rsplit(':').next().expect("a port").to_owned();
        (self.child, self.address) = run(self.folder.path(), &port);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

fn run(folder: &Path, port: &str) -> (Child, String) {
    let mut child = Command::new(python())
        .args(["-c", PROGRAM, BUCKET])
        .arg(folder.join("journal"))
        .arg(port)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut address = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("an address");
    (child, address.trim().to_owned())
}

/// The Python that has the server.
fn python() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/s3.sh");
    let output = Command::new("bash").arg(script).output().expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}

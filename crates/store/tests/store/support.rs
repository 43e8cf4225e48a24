//! Stores to test with: SQLite in a folder, and PostgreSQL that is started here.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use danqing_store::{BlobPlace, Clock, LedgerKey, Quotas, Settings, Store};
use tempfile::TempDir;

/// Orders that a person without limits of their own may have in the queue; more than any other test has.
pub(crate) const USUAL: i64 = 900;
pub(crate) const START_MS: i64 = 1_800_000_000_000;

/// A store with its own database and folder, at a clock that the test moves.
pub(crate) struct Studio {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) address: String,
    pub(crate) folder: TempDir,
}

impl Studio {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite:{}", folder.path().join("danqing.db").display());
        Self::open(folder, address).await
    }

    pub(crate) async fn postgres() -> Self {
        let address = server().database();
        Self::open(tempfile::tempdir().expect("a folder"), address).await
    }

    /// Both kinds.
    pub(crate) async fn each() -> [Self; 2] {
        [Self::sqlite().await, Self::postgres().await]
    }

    async fn open(folder: TempDir, address: String) -> Self {
        let clock = Clock::manual(START_MS);
        let store = open(&address, &folder.path().join("blobs"), clock.clone()).await;
        Self { store, clock, address, folder }
    }

    /// Another store on the same database and blobs, as another process would have it.
    pub(crate) async fn another(&self) -> Store {
        open(&self.address, &self.folder.path().join("blobs"), self.clock.clone()).await
    }
}

pub(crate) fn key() -> LedgerKey {
    LedgerKey::from_seed("studio.example.cn/ledger", &[7; 32]).expect("a seed")
}

pub(crate) async fn open(address: &str, blobs: &Path, clock: Clock) -> Store {
    let blobs = BlobPlace::Folder(blobs.to_owned());
    let quotas = Quotas { queued: Some(USUAL), ..Quotas::default() };
    let settings = Settings { database: address.to_owned(), blobs, ledger: key(), clock, quotas };
    Store::open(settings).await.expect("a store")
}

/// A PostgreSQL server on a socket in a folder of its own.
struct Server {
    socket: PathBuf,
    /// Its pipe stays open until this process ends, and with it the server.
    _keeper: Child,
    made: AtomicU32,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

/// Makes a server as `$1`, in the folder `$2`, and stops it when standard input ends: with the test program, however
/// that ends. The trap lets it outlive an interrupted terminal long enough to stop the server.
const KEEPER: &str = r#"
trap '' INT TERM HUP
as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
cd "$1" && exec 3>&1 >keeper.log 2>&1
as "$2/initdb" -D data -U danqing -A trust -E UTF8 --locale=C || { cat keeper.log >&3; exit 1; }
as "$2/pg_ctl" -D data -l server.log -w -t 120 \
    -o "-k $1 -c listen_addresses= -c fsync=off -c max_connections=200" start </dev/null 3>&- \
    || { cat keeper.log server.log >&3; exit 1; }
echo ready >&3
cat >/dev/null
as "$2/pg_ctl" -D data -m immediate stop
rm -rf "$1"
"#;

impl Server {
    fn start() -> Self {
        let programs = installed();
        let socket = tempfile::Builder::new().prefix("danqing-").tempdir().expect("a folder").keep();
        if as_root() {
            must(Command::new("chown").arg("nobody").arg(&socket).output());
        }
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([&socket, programs])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().expect("piped")).read_line(&mut said).expect("a line");
        assert_eq!(said.trim(), "ready", "PostgreSQL did not start; its logs are in {}", socket.display());
        Self { socket, _keeper: keeper, made: AtomicU32::new(0) }
    }

    /// The address of a new, empty database.
    fn database(&self) -> String {
        let name = format!("story_{}", self.made.fetch_add(1, Ordering::SeqCst));
        let mut create = Command::new(installed().join("createdb"));
        must(create.arg("-h").arg(&self.socket).args(["-U", "danqing", &name]).output());
        format!("postgres:///{name}?host={}&user=danqing", self.socket.display())
    }
}

fn as_root() -> bool {
    must(Command::new("id").arg("-u").output()).trim() == "0"
}

fn must(output: std::io::Result<Output>) -> String {
    let output = output.expect("a program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The folder of PostgreSQL's programs, which scripts/tools.sh installs.
fn installed() -> &'static PathBuf {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        PathBuf::from(must(Command::new("bash").arg(script).output()).trim())
    })
}

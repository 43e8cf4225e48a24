//! `PostgreSQL` for tests: a server of one's own, gone with the test program.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A `PostgreSQL` server on a socket in a folder of its own.
pub(crate) struct Server {
    socket: PathBuf,
    /// Its pipe stays open until this process ends, and with it the server.
    _keeper: Child,
    made: AtomicU32,
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
    pub(crate) fn start() -> Self {
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
    pub(crate) fn database(&self) -> String {
        let name = format!("story_{}", self.made.fetch_add(1, Ordering::SeqCst));
        let mut create = Command::new(installed().join("createdb"));
        must(create.arg("-h").arg(&self.socket).args(["-U", "danqing", &name]).output());
        format!("postgres:///{name}?host={}&user=danqing", self.socket.display())
    }
}

pub(crate) fn as_root() -> bool {
    must(Command::new("id").arg("-u").output()).trim() == "0"
}

pub(crate) fn must(output: std::io::Result<Output>) -> String {
    let output = output.expect("a program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The folder of `PostgreSQL`'s programs, which scripts/tools.sh installs.
pub(crate) fn installed() -> &'static PathBuf {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        PathBuf::from(must(Command::new("bash").arg(script).output()).trim())
    })
}
